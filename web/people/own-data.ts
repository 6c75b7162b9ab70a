import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { printEntry } from '../../ldif/print.ts';
import { type Answer, page, Refusal, redirect } from '../answer.ts';
import { writeBoard } from '../mail/board.ts';
import type { Visit } from '../visit.ts';
import { nameOf } from './person.ts';
import { isOwn, personNamed } from './profile.ts';

/** GET /people/:name/data: what there is of somebody, for them and for the board (GDPR Art. 15 and 20). */
export function ownData(visit: Visit): Answer {
  const entry = ownEntry(visit);
  return page(
    'people/own-data',
    visit.t('data.title'),
    { dn: entry.dn, attributes: attributesOf(visit, entry) },
    {
      form: {
        path: `/people/${encodeURIComponent(visit.param('name'))}`,
        isOwn: isOwn(visit, entry),
        requested: requestedAt(visit, entry),
      },
    },
  );
}

/** GET /people/:name/data.ldif */
export function ownLdif(visit: Visit): Answer {
  const entry = ownEntry(visit);
  return {
    kind: 'file',
    body: `version: 1\n\n${printEntry({ dn: entry.dn, attributes: visit.as.readable(entry) })}`,
    type: 'text/x-ldif; charset=utf-8',
    headers: { 'content-disposition': 'attachment; filename="my-data.ldif"' },
  };
}

/** GET /people/:name/data.json */
export function ownJson(visit: Visit): Answer {
  const entry = ownEntry(visit);
  return {
    kind: 'file',
    body: JSON.stringify({ dn: entry.dn, attributes: attributesOf(visit, entry) }, undefined, 2),
    type: 'application/json; charset=utf-8',
    headers: { 'content-disposition': 'attachment; filename="my-data.json"' },
  };
}

/** POST /people/:name/deletion: somebody asks to be deleted, or takes that back. The board does it, and is told. */
export async function requestDeletion(visit: Visit): Promise<Answer> {
  const entry = personNamed(visit, visit.param('name'));
  if (!isOwn(visit, entry)) throw new Refusal(403, 'error.forbidden');
  const wanted = (await visit.request.form()).text('wanted') === 'yes';
  const values = wanted ? [Buffer.from(new Date(visit.site.clock()).toISOString().replace(/[-T:]|\.\d+/g, ''))] : [];
  const isNew = requestedAt(visit, entry) === undefined;
  await visit.as.modify(entry.dn, [{ operation: 'replace', attribute: { description: 'mosDeletionRequested', values } }]);
  if (wanted && isNew) {
    const path = `/people/${encodeURIComponent(visit.param('name'))}`;
    await writeBoard(visit.site, 'data.mailSubject', ['data.mailText'], { name: nameOf(visit.as, entry) }, path);
  }
  return redirect(`/people/${encodeURIComponent(visit.param('name'))}/data`, { word: wanted ? 'data.asked' : 'data.takenBack' });
}

/** @throws Refusal 403 for everybody but its owner and the board */
function ownEntry(visit: Visit): PackedEntry {
  const entry = personNamed(visit, visit.param('name'));
  if (!isOwn(visit, entry) && !visit.isBoard) throw new Refusal(403, 'error.forbidden');
  return entry;
}

function requestedAt({ as }: Visit, entry: PackedEntry): string | undefined {
  return as.texts(entry, 'mosDeletionRequested')[0];
}

/** Attribute → values; bytes that are no text as Base64 in an object of their own. */
function attributesOf({ as }: Visit, entry: PackedEntry): Readonly<Record<string, readonly (string | { readonly base64: string })[]>> {
  return Object.fromEntries(as.readable(entry).map(({ description, values }) => [description, values.map(textOrBase64)]));
}

/** A value as JSON has it. */
export function textOrBase64(value: Buffer): string | { readonly base64: string } {
  const text = value.toString('utf8');
  return Buffer.from(text).equals(value) ? text : { base64: value.toString('base64') };
}
