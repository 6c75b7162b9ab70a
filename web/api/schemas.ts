import { array, boolean, integer, type JsonSchema, map, object, ref, string, time } from './json-schema.ts';

/** What the answers are made of. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  Problem: object({
    type: string,
    title: string,
    status: integer,
    detail: string,
    instance: string,
    'errors?': map(string),
  }),
  PersonLine: object({ uid: string, name: string, 'nick?': string, skills: array(string), hasPhoto: boolean }),
  Person: object({
    ...{ uid: string, name: string, 'nick?': string, skills: array(string), hasPhoto: boolean },
    ...{ 'status?': string, 'joined?': { type: 'string', format: 'date' }, groups: array(string) },
    facts: array(object({ attribute: string, values: array(object({ value: string, text: string, 'href?': string })) })),
  }),
  Actor: object({ name: string, 'uid?': string }),
  Difference: object({
    ...{ attribute: string, label: string, opaque: boolean, removed: array(string), added: array(string) },
    'words?': array(object({ kind: { enum: ['same', 'removed', 'added'] }, text: string })),
  }),
  Change: object({
    ...{ csn: integer, at: time, kind: string, by: ref('Actor'), 'askedBy?': ref('Actor'), 'origin?': string },
    ...{ differences: array(ref('Difference')), 'name?': object({ was: string, is: string }), 'group?': string },
    ...{ 'refusal?': object({ by: ref('Actor'), reason: string }), mayRevert: boolean },
  }),
  Proposal: object({
    ...{ csn: integer, at: time, by: ref('Actor'), of: ref('Actor'), differences: array(ref('Difference')) },
    conflicts: array(object({ attribute: string, label: string, was: array(string), now: array(string) })),
    ...{ isOwn: boolean, mayDecide: boolean },
  }),
  Member: object({
    ...{ uid: string, name: string, mail: array(string), status: string, joined: string, left: string },
    ...{ active: boolean, deletion: boolean },
  }),
  Value: { oneOf: [string, object({ base64: string })] },
  OwnData: object({ dn: string, attributes: map(array(ref('Value'))) }),
  Listed: object({ dn: string, name: string, below: integer }),
  EntryField: object({ name: string, required: boolean, single: boolean, secret: boolean, values: array(ref('Value')) }),
  SmallEntry: object({ id: { type: 'string', format: 'uuid' }, values: map(array(string)) }),
};
