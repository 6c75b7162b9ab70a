import { knownOf } from '../../directory/jobs/names.ts';
import { loadSchema } from '../../directory/open.ts';
import { importLdif } from '../../ldif/import.ts';
import type { DjangoOptions } from '../../ldif/moving/django.ts';
import { readDjangoDump } from '../../ldif/moving/django-dump.ts';
import type { Fault } from '../../ldif/moving/entry-draft.ts';
import { moveFromPasswd } from '../../ldif/moving/passwd.ts';
import { type Move, recordsOf } from '../../ldif/moving/plan.ts';
import { type Present, presentOf } from '../../ldif/moving/present.ts';
import { base, type TestDirectory } from './directory.ts';

/** Records of a dump. */
export type Rows = readonly (readonly [model: string, pk: number, fields: Readonly<Record<string, unknown>>])[];
export const dumpOf = (rows: Rows) =>
  readDjangoDump([{ name: 'dump.json', bytes: Buffer.from(JSON.stringify(rows.map(([model, pk, fields]) => ({ model, pk, fields })))) }]);
const schema = loadSchema([]);
export const fault: Fault = (description, value) => (schema.attributeType(description)?.syntax.check(value) ? undefined : 'does not fit');
export const standard: DjangoOptions = {
  statuses: new Map(),
  board: undefined,
  today: '2026-06-01',
  media: () => undefined,
  fault,
  keepsEvents: false,
};
export const user = (pk: number, username: string, more: Readonly<Record<string, unknown>> = {}) =>
  [
    'auth.user',
    pk,
    { username, first_name: '', last_name: '', email: '', is_active: true, password: `md5$a$${'0'.repeat(32)}`, ...more },
  ] as const;
export const period = (pk: number, of: number, begin: string, end: string | null, kind = 1) =>
  ['members.membershipperiod', pk, { user: of, begin, end, kind_of_membership: kind }] as const;
export const contact = (pk: number, of: number, more: Readonly<Record<string, unknown>>) =>
  ['members.contactinfo', pk, { user: of, last_email_ok: true, on_intern_list: false, ...more }] as const;
export const kind = (pk: number, name: string) => ['members.kindofmembership', pk, { name }] as const;

export const values = (move: Move, attribute: string, uid = 'ada') =>
  move.people
    .find((each) => each.uid === uid)
    ?.attributes.filter(({ description }) => description === attribute)
    .flatMap((each) => each.values.map(String));
export const told = (move: Move) => move.notes.map(({ where, what }) => `${where}: ${what}`).join('\n');

export const unix = (passwd: string, shadow?: string, group?: string) =>
  moveFromPasswd(
    {
      passwd: Buffer.from(passwd, 'latin1'),
      shadow: shadow === undefined ? undefined : Buffer.from(shadow),
      group: group === undefined ? undefined : Buffer.from(group),
    },
    { minUid: 1000, today: 20_000, fault },
  );
/** Of `secret`, made by libcrypt. */
export const sixCrypt = '$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.';

function presentIn({ directory }: TestDirectory): Present {
  const { root } = directory.tree;
  const entries = root === undefined ? [] : [...directory.tree.subtree(root)];
  return presentOf(
    entries.map((entry) => knownOf(directory, entry)),
    base,
    (dn) => schema.normalizeDn(dn),
  );
}

/** Moves in, all or nothing, by the door that the command takes. */
export async function bringIn(directory: TestDirectory, move: Move) {
  const records = recordsOf(move, presentIn(directory));
  async function* source(): AsyncIterable<Buffer> {
    yield Buffer.from(records.ldif);
  }
  const report = await importLdif(directory.directory.asRoot('test'), source(), { file: 'move', continues: false });
  return { ...report, records };
}
