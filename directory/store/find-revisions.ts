import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { HistoryQuestion, HistoryRevision, RecentChange, Revision, RevisionQuestion } from '../core/store.ts';
import { attributesFromJson } from './attribute-json.ts';
import { writtenRow } from './revisions.ts';

const revisionRow = writtenRow.extend({
  decided_at: z.date().nullable(),
  decider: z.string().nullable(),
  decider_uuid: z.string().nullable(),
  reason: z.string().nullable(),
  applied_csn: z.number().nullable(),
  approves: z.number().nullable(),
  asker: z.string().nullable(),
  asker_uuid: z.string().nullable(),
  chosen_before: z.array(z.string()).nullable(),
  chosen_after: z.array(z.string()).nullable(),
});

const historyRow = revisionRow.extend({ attribute: z.string().nullable(), joined: z.boolean().nullable() });

/** What an entry's owner showed until the first change of that from a revision on. */
function choicesUntil(isLater: ReturnType<typeof sql.fragment>) {
  return sql.fragment`(
    SELECT v.before FROM mos.visibility_change AS v WHERE v.entry_uuid = r.entry_uuid AND v.csn ${isLater} r.csn ORDER BY v.csn LIMIT 1)`;
}

/** All but what is long in some. */
const common = sql.fragment`
  r.csn, r.entry_csn, r.at, r.actor, r.actor_uuid, r.origin, r.operation, r.cause, r.state, r.entry_uuid, r.dn,
  d.decided_at, d.decider, d.decider_uuid, d.reason, d.applied_csn, a.csn AS approves, asked.actor AS asker, asked.actor_uuid AS asker_uuid,
  ${choicesUntil(sql.fragment`>=`)} AS chosen_before, ${choicesUntil(sql.fragment`>`)} AS chosen_after`;
const columns = sql.fragment`${common}, r.change, r.before`;

/** Each revision with what was decided of it, and with the one that it approves. */
const decided = sql.fragment`
  LEFT JOIN mos.decision AS d ON d.csn = r.csn
  LEFT JOIN mos.decision AS a ON a.applied_csn = r.csn
  LEFT JOIN mos.revision AS asked ON asked.csn = a.csn`;

/**
 * Revisions in log order. With `afterCsn` and `limit` the first ones after it, as a follower wants them; with `limit`
 * alone the newest, as a history wants them.
 */
export async function findRevisions(connection: CommonQueryMethods, question: RevisionQuestion): Promise<Revision[]> {
  const { csn, csns, afterCsn, beforeCsn, entryUuid, actorUuid, waiting = false, limit = null } = question;
  const fromTheEnd = afterCsn === undefined;
  const conditions = [
    sql.fragment`r.csn > ${afterCsn ?? 0}`,
    ...(csn === undefined ? [] : [sql.fragment`r.csn = ${csn}`]),
    ...(csns === undefined ? [] : [sql.fragment`r.csn = ANY(${sql.array([...csns], 'int8')})`]),
    ...(entryUuid === undefined ? [] : [sql.fragment`r.entry_uuid = ${sql.uuid(entryUuid)}`]),
    ...(actorUuid === undefined ? [] : [sql.fragment`r.actor_uuid = ${sql.uuid(actorUuid)}`]),
    ...(waiting ? [sql.fragment`r.state = 'pending'`] : []),
    ...(beforeCsn === undefined ? [] : [sql.fragment`r.csn < ${beforeCsn}`]),
    ...filters(question),
  ];
  const rows = await connection.any(sql.type(revisionRow)`
    SELECT ${columns} FROM mos.revision AS r ${decided}
    WHERE ${sql.join(conditions, sql.fragment` AND `)}
    ORDER BY r.csn ${fromTheEnd ? sql.fragment`DESC` : sql.fragment`ASC`}
    LIMIT ${limit}`);
  const found = rows.map(revisionOf);
  return fromTheEnd ? found.reverse() : found;
}

function filters({ actorHas, dnHas, originHas, operation, state, since, until }: RevisionQuestion) {
  const has = (column: ReturnType<typeof sql.fragment>, text: string) => sql.fragment`position(lower(${text}) IN lower(${column})) > 0`;
  return [
    ...(actorHas === undefined ? [] : [has(sql.fragment`r.actor`, actorHas)]),
    ...(dnHas === undefined ? [] : [has(sql.fragment`r.dn`, dnHas)]),
    ...(originHas === undefined ? [] : [has(sql.fragment`r.origin`, originHas)]),
    ...(operation === undefined ? [] : [sql.fragment`r.operation = ${operation}`]),
    ...(state === undefined ? [] : [sql.fragment`r.state = ${state}`]),
    ...(since === undefined ? [] : [sql.fragment`r.at >= ${sql.timestamp(since)}`]),
    ...(until === undefined ? [] : [sql.fragment`r.at < ${sql.timestamp(until)}`]),
  ];
}

/** What people are told of an entry, newest last: its own revisions, and what put it into groups or took it out. */
export async function findHistory(connection: CommonQueryMethods, question: HistoryQuestion): Promise<HistoryRevision[]> {
  const { entryUuid, beforeCsn = Number.MAX_SAFE_INTEGER, limit } = question;
  const rows = await connection.any(sql.type(historyRow)`
    WITH own AS (
      SELECT csn, NULL AS attribute, NULL::boolean AS joined FROM mos.revision
      WHERE entry_uuid = ${sql.uuid(entryUuid)} AND csn < ${beforeCsn} AND cause = 'request' AND state NOT IN ('pending', 'approved')
      ORDER BY csn DESC LIMIT ${limit}
    ), of_groups AS (
      SELECT csn, attribute, joined FROM mos.member_change
      WHERE member_uuid = ${sql.uuid(entryUuid)} AND csn < ${beforeCsn}
      ORDER BY csn DESC LIMIT ${limit}
    ), told AS (
      SELECT * FROM own UNION ALL SELECT * FROM of_groups WHERE csn NOT IN (SELECT csn FROM own)
    )
    SELECT ${common}, told.attribute, told.joined,
      -- what made a large group is long
      CASE WHEN told.joined IS NULL THEN r.change ELSE '' END AS change,
      CASE WHEN told.joined IS NULL THEN r.before ELSE '{}' END AS before
    FROM told JOIN mos.revision AS r ON r.csn = told.csn ${decided}
    ORDER BY r.csn DESC LIMIT ${limit}`);
  return rows
    .map(({ attribute, joined, ...row }) => ({
      ...revisionOf(row),
      ...(attribute !== null && joined !== null && { membership: { attribute, joined } }),
    }))
    .reverse();
}

/** Requests that made or changed an entry, the newest first. The log has no gaps, so that this reads no more rows than places were given. */
export async function findRecent(connection: CommonQueryMethods, beforeCsn: number, places: number): Promise<RecentChange[]> {
  const rows = await connection.any(sql.type(z.object({ csn: z.number(), entry_uuid: z.string(), origin: z.string() }))`
    SELECT csn, entry_uuid, origin FROM mos.revision
    WHERE csn < ${beforeCsn} AND csn >= ${beforeCsn - places}
      AND cause = 'request' AND state = 'applied' AND operation IN ('add', 'modify')
    ORDER BY csn DESC`);
  return rows.map(({ csn, entry_uuid, origin }) => ({ csn, entryUuid: entry_uuid, origin }));
}

function revisionOf(row: z.infer<typeof revisionRow>): Revision {
  return {
    csn: row.csn,
    entryCsn: row.entry_csn,
    at: row.at,
    actor: row.actor,
    actorUuid: row.actor_uuid,
    origin: row.origin,
    operation: row.operation,
    cause: row.cause,
    state: row.state,
    entryUuid: row.entry_uuid,
    dn: row.dn,
    change: row.change,
    before: attributesFromJson(row.before),
    ...(row.decided_at !== null && {
      decision: {
        at: row.decided_at,
        actor: row.decider ?? '',
        actorUuid: row.decider_uuid,
        reason: row.reason ?? '',
        appliedCsn: row.applied_csn,
      },
    }),
    ...(row.chosen_before !== null && { chosenBefore: row.chosen_before }),
    ...(row.chosen_after !== null && { chosenAfter: row.chosen_after }),
    ...(row.approves !== null && { approves: { csn: row.approves, actor: row.asker ?? '', actorUuid: row.asker_uuid } }),
  };
}
