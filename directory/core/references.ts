import type { AttributeType } from '../../schema/ldap/registry.ts';
import type { Modification } from '../model/entry.ts';
import { DirectoryError } from '../model/errors.ts';
import { Draft } from './draft.ts';
import { foreignKeys } from './integrity.ts';
import type { PackedEntry } from './packed-entry.ts';
import { type PlanContext, type PlannedChange, stampModified } from './plan.ts';
import { isReference } from './tree.ts';

/** Values that name an entry, in other entries (what slapd's refint overlay does, here within the same transaction). */
type Rewrite = (value: Buffer, key: string) => Buffer | undefined;

/**
 * Takes the DN of a deleted entry out of every attribute that names it.
 * @throws DirectoryError constraintViolation when it is the target of a foreign key
 */
export function dropReferences(context: PlanContext, gone: PackedEntry): PlannedChange[] {
  const { staging } = context;
  const referrers = staging.referrersTo(gone.key).filter((entry) => entry.uuid !== gone.uuid);
  for (const name of foreignKeys) {
    const type = staging.tree.schema.attributeType(name);
    const user = referrers.find((entry) => type !== undefined && names(entry, type, gone.key));
    if (user === undefined) continue;
    const detail = { flaw: 'stillNamed', attribute: name, named: user.dn } as const;
    throw new DirectoryError(
      'constraintViolation',
      `it is still the ${name} of ${user.dn}, and perhaps of others; change that first`,
      detail,
    );
  }
  return rewriteIn(context, referrers, (value, key) => (key === gone.key ? undefined : value));
}

/**
 * Lets references follow a rename of an entry and with it of everything below.
 * @param renamed what the rename makes of the entries in `moved`: old key → new DN
 */
export function followRename(
  context: PlanContext,
  renamed: ReadonlyMap<string, string>,
  moved: ReadonlyMap<string, PackedEntry>,
): PlannedChange[] {
  const { staging } = context;
  const referrers = new Map<string, PackedEntry>();
  for (const key of renamed.keys()) for (const entry of staging.referrersTo(key)) referrers.set(entry.uuid, moved.get(entry.uuid) ?? entry);
  return rewriteIn(context, [...referrers.values()], (value, key) => {
    const dn = renamed.get(key);
    return dn === undefined ? value : Buffer.from(dn);
  });
}

function rewriteIn(context: PlanContext, referrers: readonly PackedEntry[], rewrite: Rewrite): PlannedChange[] {
  return referrers.flatMap((before) => {
    const draft = new Draft(context.staging.tree, before);
    const modifications: Modification[] = [];
    before.layout.descriptions.forEach((description, index) => {
      if (!isReference(description.type)) return;
      const values = before.valuesAt(index);
      const kept = values.flatMap((value) => rewrite(value, description.type.equality?.normalize(value) ?? '') ?? []);
      if (kept.length === values.length && kept.every((value, nth) => values[nth]?.equals(value))) return;
      draft.set(description, kept);
      modifications.push({ operation: 'replace', attribute: { description: description.name, values: kept } });
    });
    if (modifications.length === 0) return [];
    stampModified(draft, context);
    const after = draft.pack(before);
    return [{ cause: 'reference' as const, before, after, change: { kind: 'modify' as const, dn: before.dn, modifications } }];
  });
}

function names(entry: PackedEntry, type: AttributeType, key: string): boolean {
  return entry.valuesOfType(type).some((value) => type.equality?.normalize(value) === key);
}
