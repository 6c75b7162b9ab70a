import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { NewRevision, StoredEntry } from '../core/store.ts';
import { attributesToJson, type JsonAttributes } from './attribute-json.ts';

/** Where Postgres says that the log has grown; every process listens. */
export const channel = 'mos_revision';

export const revisionState = z.enum(['applied', 'pending', 'approved', 'refused', 'withdrawn']);

/** A revision as it is written. */
export const writtenRow = z.object({
  csn: z.number(),
  entry_csn: z.string(),
  at: z.date(),
  actor: z.string(),
  actor_uuid: z.string().nullable(),
  origin: z.string(),
  operation: z.enum(['add', 'modify', 'rename', 'delete']),
  cause: z.enum(['request', 'reference']),
  state: revisionState,
  entry_uuid: z.string(),
  dn: z.string(),
  change: z.string(),
  before: z.custom<JsonAttributes>(),
});
/** Revisions of one statement: enough that the round trip does not count, few enough to stay short under a timeout. */
const chunk = 1000;

/** Appends revisions to the log and applies their effects, in as many statements as it takes thousands of them. */
export async function appendRevisions(connection: CommonQueryMethods, revisions: readonly NewRevision[]): Promise<void> {
  for (let at = 0; at < revisions.length; at += chunk) await appendChunk(connection, revisions.slice(at, at + chunk));
}

async function appendChunk(connection: CommonQueryMethods, revisions: readonly NewRevision[]): Promise<void> {
  const { put, gone } = netEffect(revisions);
  await connection.query(sql.type(z.unknown())`
    WITH written AS (
      INSERT INTO mos.revision
        (csn, entry_csn, at, actor, actor_uuid, origin, operation, cause, state, entry_uuid, dn, change, before)
      SELECT csn, entry_csn, at, actor, actor_uuid, origin, operation, cause, state, entry_uuid, dn, change, before
      FROM json_to_recordset(${JSON.stringify(revisions.map(revisionToJson))}::json) AS r (
        csn bigint, entry_csn text, at timestamptz, actor text, actor_uuid uuid, origin text, operation text, cause text,
        state text, entry_uuid uuid, dn text, change text, before jsonb)
    ), membership AS (
      INSERT INTO mos.member_change (csn, member_uuid, attribute, joined)
      SELECT csn, member_uuid, attribute, joined
      FROM json_to_recordset(${JSON.stringify(revisions.flatMap(membersToJson))}::json) AS m (
        csn bigint, member_uuid uuid, attribute text, joined boolean)
    ), visibility AS (
      INSERT INTO mos.visibility_change (csn, entry_uuid, before)
      SELECT csn, entry_uuid, ARRAY(SELECT json_array_elements_text(before))
      FROM json_to_recordset(${JSON.stringify(revisions.flatMap(choicesToJson))}::json) AS v (
        csn bigint, entry_uuid uuid, before json)
    ), deleted AS (
      DELETE FROM mos.entry
      WHERE entry_uuid IN (SELECT uuid::uuid FROM json_array_elements_text(${JSON.stringify(gone)}::json) AS uuid)
    ), put AS (
      INSERT INTO mos.entry (entry_uuid, parent_uuid, rdn, rdn_key, attributes)
      SELECT entry_uuid, parent_uuid, rdn, rdn_key, attributes
      FROM json_to_recordset(${JSON.stringify(put.map(entryToJson))}::json) AS e (
        entry_uuid uuid, parent_uuid uuid, rdn text, rdn_key text, attributes jsonb)
      ON CONFLICT (entry_uuid) DO UPDATE SET
        parent_uuid = excluded.parent_uuid, rdn = excluded.rdn, rdn_key = excluded.rdn_key, attributes = excluded.attributes
    )
    SELECT pg_notify(${channel}, ${String(revisions.at(-1)?.csn ?? 0)})`);
}

/** One statement may touch a row once: of several effects on an entry the last one counts. */
function netEffect(revisions: readonly NewRevision[]): { put: StoredEntry[]; gone: string[] } {
  const last = new Map<string, StoredEntry | undefined>();
  for (const { effect } of revisions) {
    if (effect.kind === 'put') last.set(effect.entry.uuid, effect.entry);
    else if (effect.kind === 'delete') last.set(effect.uuid, undefined);
  }
  const put = [...last.values()].filter((entry) => entry !== undefined);
  const gone = [...last].filter(([, entry]) => entry === undefined).map(([uuid]) => uuid);
  return { put, gone };
}

function entryToJson(entry: StoredEntry): unknown {
  const { uuid, parent, rdn, rdnKey, attributes } = entry;
  return { entry_uuid: uuid, parent_uuid: parent, rdn, rdn_key: rdnKey, attributes: attributesToJson(attributes) };
}

function membersToJson({ csn, members = [] }: NewRevision): unknown[] {
  return members.map(({ uuid, attribute, joined }) => ({ csn, member_uuid: uuid, attribute, joined }));
}

function choicesToJson({ csn, entryUuid, chosenBefore }: NewRevision): unknown[] {
  return chosenBefore === undefined ? [] : [{ csn, entry_uuid: entryUuid, before: chosenBefore }];
}

function revisionToJson(revision: NewRevision): z.input<typeof writtenRow> {
  return {
    csn: revision.csn,
    entry_csn: revision.entryCsn,
    at: revision.at,
    actor: revision.actor,
    actor_uuid: revision.actorUuid,
    origin: revision.origin,
    operation: revision.operation,
    cause: revision.cause,
    state: revision.state,
    entry_uuid: revision.entryUuid,
    dn: revision.dn,
    change: revision.change,
    before: attributesToJson(revision.before),
  };
}
