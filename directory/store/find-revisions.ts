import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { HistoryQuestion, HistoryRevision, Revision, RevisionQuestion } from '../core/store.ts';
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
});

const historyRow = revisionRow.extend({ about: z.string().nullable() });

const columns = sql.fragment`
  r.csn, r.entry_csn, r.at, r.actor, r.actor_uuid, r.origin, r.operation, r.cause, r.state, r.entry_uuid, r.dn, r.change, r.before,
  d.decided_at, d.decider, d.decider_uuid, d.reason, d.applied_csn, a.csn AS approves, asked.actor AS asker, asked.actor_uuid AS asker_uuid`;

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
  const { csn, afterCsn, beforeCsn, entryUuid, actorUuid, waiting = false, limit = null } = question;
  const fromTheEnd = afterCsn === undefined;
  const conditions = [
    sql.fragment`r.csn > ${afterCsn ?? 0}`,
    ...(csn === undefined ? [] : [sql.fragment`r.csn = ${csn}`]),
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

/** Changes of groups that are looked through; older ones are not told. */
const mostGroupChanges = 5000;

/**
 * What people are told of an entry, newest last. A change of a group is about it when it names the DN that the entry had
 * then: the one before its next change. LDIF folds long lines and writes what is not ASCII as base64 (RFC 2849).
 */
export async function findHistory(connection: CommonQueryMethods, question: HistoryQuestion): Promise<HistoryRevision[]> {
  const { entryUuid, dn, groups, beforeCsn = Number.MAX_SAFE_INTEGER, limit } = question;
  const rows = await connection.any(sql.type(historyRow)`
    WITH own AS (
      SELECT csn FROM mos.revision
      WHERE entry_uuid = ${sql.uuid(entryUuid)} AND csn < ${beforeCsn} AND cause = 'request' AND state NOT IN ('pending', 'approved')
      ORDER BY csn DESC LIMIT ${limit}
    ), of_groups AS (
      SELECT csn, lower(replace(change, E'\n ', '')) AS change, before FROM mos.revision
      WHERE entry_uuid = ANY(${sql.array([...groups], 'uuid')}) AND csn < ${beforeCsn} AND cause = 'request' AND state = 'applied'
        AND operation IN ('add', 'modify') AND csn > (SELECT min(csn) FROM mos.revision WHERE entry_uuid = ${sql.uuid(entryUuid)})
        -- what is older than a whole page of the entry's own is not on it
        AND csn > (SELECT CASE WHEN count(*) < ${limit} THEN 0 ELSE min(csn) END FROM own)
      ORDER BY csn DESC LIMIT ${mostGroupChanges}
    ), about AS (
      SELECT of_groups.csn, was.dn FROM of_groups CROSS JOIN LATERAL (
        SELECT coalesce((
          SELECT next.dn FROM mos.revision AS next WHERE next.entry_uuid = ${sql.uuid(entryUuid)} AND next.csn > of_groups.csn ORDER BY next.csn LIMIT 1
        ), ${dn}) AS dn
      ) AS was
      WHERE position('member: ' || lower(was.dn) || E'\n' IN of_groups.change) > 0
        OR position('member:: ' || lower(replace(encode(convert_to(was.dn, 'UTF8'), 'base64'), E'\n', '')) || E'\n' IN of_groups.change) > 0
        -- all members were taken out at once, and were named only before
        OR (of_groups.change ~ E'\n(replace: (member|uniquemember)|delete: (member|uniquemember)\n-)'
            AND position(lower(to_jsonb(was.dn)::text) IN lower(of_groups.before::text)) > 0)
      ORDER BY of_groups.csn DESC LIMIT ${limit}
    )
    SELECT ${columns}, about.dn AS about FROM mos.revision AS r ${decided} LEFT JOIN about ON about.csn = r.csn
    WHERE r.csn IN (SELECT csn FROM own UNION SELECT csn FROM about)
    ORDER BY r.csn DESC LIMIT ${limit}`);
  return rows.map((row) => ({ ...revisionOf(row), ...(row.about !== null && { about: row.about }) })).reverse();
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
    ...(row.approves !== null && { approves: { csn: row.approves, actor: row.asker ?? '', actorUuid: row.asker_uuid } }),
  };
}
