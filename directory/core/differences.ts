import { isUtf8 } from 'node:buffer';
import type { AttributeType, Schema } from '../../schema/ldap/registry.ts';
import type { ModifyChange } from '../model/change.ts';
import type { Attribute } from '../model/entry.ts';
import { outcomeOf } from './modify-outcome.ts';

/** What a change has done to one attribute. */
export interface Difference {
  /** As it stands in answers: `cn;lang-de` */
  readonly attribute: string;
  /** Bytes that are no text, or a secret: all there is to say is that it has changed */
  readonly opaque: boolean;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/**
 * What a change does, attribute by attribute, in the order in which it was written down. Pure.
 * @param before the values that it touched, as they were
 */
export function differencesOf(
  { schema, isSecret }: { readonly schema: Schema; readonly isSecret: (type: AttributeType) => boolean },
  before: readonly Attribute[],
  change: ModifyChange,
): Difference[] {
  const { removed, added } = outcomeOf(schema, before, change);
  const touched = new Set(change.modifications.map(({ attribute }) => schema.description(attribute.description)?.name));
  return [...touched].flatMap((attribute): Difference[] => {
    const type = attribute === undefined ? undefined : schema.description(attribute)?.type;
    if (attribute === undefined || type === undefined) return [];
    const changed: Difference = { attribute, opaque: true, removed: [], added: [] };
    // of a secret the log holds the name and nothing that could be compared
    if (isSecret(type)) return [changed];
    const [went, came] = [removed.get(attribute) ?? [], added.get(attribute) ?? []];
    if (went.length + came.length === 0) return [];
    if (![...went, ...came].every(isText)) return [changed];
    return [{ attribute, opaque: false, removed: went.map(String), added: came.map(String) }];
  });
}

/** Can people read it? UTF-8 without control characters but tab and line ends. */
function isText(value: Buffer): boolean {
  if (!isUtf8(value)) return false;
  for (const byte of value) if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) return false;
  return true;
}
