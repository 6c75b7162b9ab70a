import { createHash } from 'node:crypto';
import type { Directory } from '../../directory/core/directory.ts';
import type { News } from '../../directory/core/news.ts';
import { type Answer, notFound } from '../answer.ts';
import { atom, atomType, type FeedEntry, nameUrn } from '../atom.ts';
import { labelOf } from '../history/shown-change.ts';
import { clubName } from '../site.ts';
import type { Visit } from '../visit.ts';
import type { Language } from '../words.ts';
import { fields } from './fields.ts';
import { nameOf, userNameOf } from './person.ts';

/** Address of the feed; no person can have that of a person. */
export const feedPath = '/people.atom';

const mostEntries = 50;
/** What a profile shows. */
const shown: ReadonlySet<string> = new Set([...fields.map(({ attribute }) => attribute), 'jpegPhoto', 'mosStatus']);

/** GET /people.atom: who has come and what has changed on profiles, of whom the list shows and as far as the profile does, the newest first. */
export async function peopleFeed(visit: Visit): Promise<Answer> {
  const body = await (visit.identity.kind === 'anonymous' ? publicBody(visit) : makeBody(visit));
  // what somebody may see may change any time: programs ask again, and are told that it is the same
  return {
    kind: 'file',
    body,
    type: `${atomType}; charset=utf-8`,
    headers: {
      'cache-control': 'private, no-cache',
      etag: `"${createHash('sha256').update(body).digest('base64url')}"`,
      vary: 'Accept, Accept-Language, Authorization, Cookie',
    },
  };
}

interface Kept {
  readonly csn: number;
  readonly body: Promise<string>;
}

/** The public's feed as of the last change in the directory: many programs ask for it, and often. */
const kept = new WeakMap<Directory, Partial<Record<Language, Kept>>>();

function publicBody(visit: Visit): Promise<string> {
  const { site, language } = visit;
  const { directory } = site;
  const { csn } = directory.tree;
  const known = kept.get(directory);
  if (known?.[language]?.csn === csn) return known[language].body;
  const body = makeBody(visit);
  const made = { ...known, [language]: { csn, body } };
  kept.set(directory, made);
  // the next one tries again
  body.catch(() => kept.get(directory) === made && kept.delete(directory));
  return body;
}

async function makeBody(visit: Visit): Promise<string> {
  const { site, as, t, language } = visit;
  const folder = site.directory.tree.named(`ou=people,${site.directory.baseDn}`);
  if (folder === undefined) throw notFound();
  const news = await as.news({ isAbout: (entry) => site.people.shows(as.viewer, entry), attributes: shown, limit: mostEntries });
  const club = clubName(site);
  return atom({
    id: nameUrn(folder.uuid, 'feed'),
    title: `${club}: ${t('people.title')}`,
    author: club,
    language,
    self: site.url.origin + feedPath,
    page: `${site.url.origin}/people`,
    entries: news.map((each) => entryOf(visit, each)),
  });
}

function entryOf(visit: Visit, { csn, at, entry, kind, attributes }: News): FeedEntry {
  const { as, site, t } = visit;
  const name = nameOf(as, entry);
  const what = attributes.map((attribute) => labelOf(visit, attribute)).join(', ');
  const uid = userNameOf(entry);
  return {
    id: nameUrn(entry.uuid, String(csn)),
    title: kind === 'joined' ? t('people.joined', { name }) : t('people.changed', { name, what }),
    category: kind,
    at,
    page: `${site.url.origin}/people${uid === undefined ? '' : `/${encodeURIComponent(uid)}`}`,
  };
}
