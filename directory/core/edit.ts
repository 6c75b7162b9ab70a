import type { Schema } from '../../schema/ldap/registry.ts';
import type { Modification } from '../model/entry.ts';
import type { Filter } from '../model/filter.ts';

/** One field of a form: what stood in it when it was loaded, and what stands in it now. */
export interface EditedField {
  readonly attribute: string;
  readonly loaded: readonly Buffer[];
  readonly typed: readonly Buffer[];
  /** The form has room for one value, whatever the schema allows */
  readonly single?: boolean;
}

/** What to give to `modify`, or to `approvals.submit` when some of it may have to wait: nothing is overwritten that whoever typed has not seen. */
export interface Edit {
  /** Empty when nothing was changed */
  readonly modifications: readonly Modification[];
  /** What must hold as well; it goes into the options of the update */
  readonly assertion: Filter | undefined;
}

/**
 * Turns a form into a change that notices what others have changed since it was loaded: old values are deleted and new ones added one by
 * one, never replaced. Where somebody else was faster, the update fails with noSuchAttribute, attributeOrValueExists or assertionFailed (a conflict,
 * 409 on the web); changes of other values merge. Pure.
 */
export function editOf(schema: Schema, fields: readonly EditedField[]): Edit {
  const modifications: Modification[] = [];
  const absent: Filter[] = [];
  for (const { attribute, loaded, typed, single = false } of fields) {
    const type = schema.covered(attribute)?.type;
    const normal = (value: Buffer) => type?.equality?.normalize(value) ?? `=${value.toString('latin1')}`;
    const wanted = [...new Map(typed.map((value) => [normal(value), value])).values()];
    const gone = loaded.filter((value) => !wanted.some((each) => each.equals(value)));
    const fresh = wanted.filter((value) => !loaded.some((each) => each.equals(value)));
    // a value in another spelling goes before it comes, so that it is not there twice
    if (gone.length > 0) modifications.push({ operation: 'delete', attribute: { description: attribute, values: gone } });
    if (fresh.length > 0) modifications.push({ operation: 'add', attribute: { description: attribute, values: fresh } });
    // there is no old value whose absence would tell
    if (loaded.length === 0 && fresh.length > 0 && (single || type?.singleValue === true))
      absent.push({ kind: 'not', filter: { kind: 'present', attribute } });
  }
  return { modifications, assertion: absent.length === 0 ? undefined : { kind: 'and', filters: absent } };
}
