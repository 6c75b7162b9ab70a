import type { Attribute } from '../../directory/model/entry.ts';
import type { Note } from './plan.ts';

/** What is to be known of an entry that is there already. */
export interface Known {
  /** Normal form of the DN */
  readonly key: string;
  /** A group that finds its members by itself, or a status that lets in */
  readonly kind?: 'dynamic' | 'open';
  /** Values that ought to be one entry's alone */
  readonly owns?: readonly (readonly [attribute: string, value: string])[];
}

/** What is there already. */
export interface Present {
  readonly baseDn: string;
  /** The form in which DNs are compared */
  normalized(dn: string): string;
  /** What has this DN, given in that form: a group that finds its members by itself, a status that lets in, or anything else */
  find(normalized: string): 'dynamic' | 'open' | 'entry' | undefined;
  /** DNs, in that form, of entries that have a value which ought to be one entry's alone */
  ownersOf(attribute: string, value: string): readonly string[];
}

/** @param normalized makes the form in which DNs are compared */
export function presentOf(known: readonly Known[], baseDn: string, normalized: (dn: string) => string): Present {
  const kinds = new Map(known.map(({ key, kind = 'entry' as const }) => [key, kind]));
  // values that differ in case alone are the same
  const word = (attribute: string, value: string) => `${attribute} ${value.toLowerCase()}`;
  const owners = new Map<string, string[]>();
  for (const { key, owns = [] } of known) {
    for (const [attribute, value] of owns) {
      const others = owners.get(word(attribute, value));
      if (others === undefined) owners.set(word(attribute, value), [key]);
      else others.push(key);
    }
  }
  return {
    baseDn,
    normalized,
    find: (key) => kinds.get(key),
    ownersOf: (attribute, value) => owners.get(word(attribute, value)) ?? [],
  };
}

/** Mail, wiki names and numbers of Unix that somebody has already. */
export function alsoOthers(where: string, attributes: readonly Attribute[], present: Present): Note[] {
  // the number of a person's group is not theirs
  const isPerson = attributes.some(({ description }) => description === 'uid');
  return attributes
    .filter(({ description }) => !(isPerson && description === 'gidNumber'))
    .flatMap(({ description, values }) =>
      values.flatMap((value) => present.ownersOf(description, value.toString()).map((owner) => ({ description, value, owner }))),
    )
    .map(({ description, value, owner }) => ({ where, what: `has the same ${description} as ${owner}: ${value}` }));
}
