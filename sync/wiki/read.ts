import type { Ours, Wiki, WikiAccount } from './account.ts';
import { type Row, type Statement, WikiAway, type WikiDatabase } from './database.ts';
import { systemUuid } from './statements.ts';

/** Tables that the sync reads or writes. The first are MediaWiki's. */
const needed = ['user', 'actor', 'comment', 'user_groups', 'bot_passwords', 'ipblocks', 'ipblocks_restrictions', 'site_stats'];

/**
 * Reads the accounts of a wiki of version 1.39 (its tables are those of maintenance/tables.json).
 * @param now 14 digits UTC, for blocks that have ended
 * @throws WikiAway
 */
export async function readWiki(database: WikiDatabase, now: string): Promise<Wiki> {
  const there = await database.tables([...needed, 'mos_account']);
  const missing = needed.filter((name) => !there.has(name)).map((name) => database.prefix + name);
  if (missing.length > 0)
    throw new WikiAway(
      `the wiki's database has no ${missing.join(', ')}: is MOS_WIKI_DATABASE the wiki's, with its $wgDBprefix as ?prefix=, and the wiki MediaWiki 1.39?`,
    );
  const hasTable = there.has('mos_account');
  const [users = [], memberships = [], blocks = [], records = []] = await database.read(questions(database.prefix, now, hasTable));
  const groups = new Map<string, string[]>();
  for (const { id, name } of memberships) groups.set(String(id), [...(groups.get(String(id)) ?? []), String(name)]);
  const ours = new Map(records.map((row) => [String(row['id']), oursOf(row)]));
  const system = users.map((row) => String(row['id'])).find((id) => ours.get(id)?.uuid === systemUuid);
  const blockers = new Map(blocks.map(({ id, blocker }) => [String(id), String(blocker)]));
  const accounts = users.flatMap((row): WikiAccount[] => {
    const id = String(row['id']);
    if (id === system) return [];
    const blocker = blockers.get(id);
    return [
      {
        id: Number(id),
        name: String(row['name']),
        realName: String(row['real'] ?? ''),
        mail: String(row['mail'] ?? ''),
        groups: groups.get(id) ?? [],
        blocked: blocker === undefined ? 'no' : blocker === system ? 'by the sync' : 'by others',
        ours: ours.get(id),
      },
    ];
  });
  return { accounts, hasSystemAccount: users.some(({ id }) => String(id) === system), hasTable };
}

/** Blocks of a part of the wiki, and those that have ended, keep nobody out. */
function questions(prefix: string, now: string, hasTable: boolean): Statement[] {
  const nothing = { sql: 'SELECT 1 FROM (SELECT 1 AS one) AS x WHERE 1 = 0', values: [] };
  return [
    { sql: `SELECT user_id AS id, user_name AS name, user_real_name AS \`real\`, user_email AS mail FROM ${prefix}user`, values: [] },
    { sql: `SELECT ug_user AS id, ug_group AS name FROM ${prefix}user_groups WHERE ug_expiry IS NULL OR ug_expiry > ?`, values: [now] },
    {
      sql:
        `SELECT ipb_user AS id, actor_user AS blocker FROM ${prefix}ipblocks JOIN ${prefix}actor ON actor_id = ipb_by_actor ` +
        `WHERE ipb_user <> 0 AND ipb_auto = 0 AND ipb_sitewide = 1 AND (ipb_expiry = 'infinity' OR ipb_expiry > ?)`,
      values: [now],
    },
    hasTable
      ? {
          sql: `SELECT ma_user AS id, ma_uuid AS uuid, ma_digest AS digest, ma_groups AS given, ma_ended AS ended FROM ${prefix}mos_account`,
          values: [],
        }
      : nothing,
  ];
}

function oursOf(row: Row): Ours {
  return {
    uuid: String(row['uuid']),
    digest: String(row['digest']),
    groups: String(row['given']).split(' ').filter(Boolean),
    ended: Number(row['ended']) === 1,
  };
}
