import { createHash } from 'node:crypto';

/** A feed (RFC 4287). All texts are plain. */
export interface Feed {
  /** IRI that stays, whatever the address */
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly language: string;
  /** Addresses of the feed itself and of the page that it belongs to */
  readonly self: string;
  readonly page: string;
  /** The newest first */
  readonly entries: readonly FeedEntry[];
}

export interface FeedEntry {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly at: Date;
  /** Address of the page that it is about */
  readonly page: string;
}

export const atomType = 'application/atom+xml';

export function atom({ id, title, author, language, self, page, entries }: Feed): string {
  // a feed without entries has never been updated, and has to say when
  const updated = entries[0]?.at ?? new Date(0);
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${escaped(language)}">`,
    `<id>${escaped(id)}</id>`,
    `<title>${escaped(title)}</title>`,
    `<updated>${updated.toISOString()}</updated>`,
    `<author><name>${escaped(author)}</name></author>`,
    `<link rel="self" type="${atomType}" href="${escaped(self)}"/>`,
    `<link rel="alternate" type="text/html" href="${escaped(page)}"/>`,
    ...entries.map(printEntry),
    '</feed>',
    '',
  ].join('\n');
}

function printEntry({ id, title, category, at, page }: FeedEntry): string {
  return [
    '<entry>',
    `<id>${escaped(id)}</id>`,
    `<title>${escaped(title)}</title>`,
    `<updated>${at.toISOString()}</updated>`,
    `<category term="${escaped(category)}"/>`,
    `<link rel="alternate" type="text/html" href="${escaped(page)}"/>`,
    '</entry>',
  ].join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML can't say at all (XML 1.0 §2.2) is a replacement character. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

/**
 * A UUID made of another and a name below it: the same each time, and nobody learns the other from it (RFC 9562 §5.5).
 * @returns as a URN
 */
export function nameUrn(uuid: string, name: string): string {
  const digest = createHash('sha1')
    .update(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return `urn:uuid:${digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}
