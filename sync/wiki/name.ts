/** A name as the wiki has it, or why it can have none. */
export type WikiName = { readonly name: string } | { readonly why: string };

/** The account in whose name the sync blocks others. */
export const systemName = 'MOS';

/** Bytes; beyond, pages of the user's own scripts could not be named (MediaWiki's T25080) */
const longest = 235;

/** What MediaWiki takes for a blank in a title */
const blanks = /[ _\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/** Marks that turn the direction of writing; MediaWiki takes them out of titles */
const directionMarks = /[\u200e\u200f\u202a-\u202e]+/g;

/** $wgReservedUsernames of MediaWiki 1.39, with what English messages say in it */
const reserved = new Set([
  systemName,
  'MediaWiki default',
  'Conversion script',
  'Maintenance script',
  'Template namespace initialisation script',
  'ScriptImporter',
  'Delete page script',
  'Move page script',
  'Command line script',
  'Unknown user',
  'Redirect fixer',
  'MediaWiki message delivery',
  'Proxy blocker',
  'DNSBL',
  'Spam cleanup script',
  'Change tracker',
]);

/** What no name of an account may be: a row each, in the words of the report. */
const rules: readonly (readonly [breaks: (name: string) => boolean, why: string])[] = [
  [(name) => name === '', 'it is empty'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  [(name) => /[\u0000-\u001f\u007f-\u009f]/.test(name), 'it has control characters'],
  [(name) => /[#<>[\]|{}/@:]/.test(name), 'the wiki takes none of # < > [ ] | { } / @ : in it'],
  [(name) => /%[\da-f]{2}/i.test(name), 'the wiki would read the percent sign as an encoded character'],
  [(name) => /&[\w\u0080-\u{10ffff}]+;/u.test(name), 'the wiki would read & and ; as a character reference'],
  [(name) => name.includes('~~~'), 'the wiki would read ~~~ as a signature'],
  [(name) => name === '.' || name === '..', 'it is a relative path'],
  [(name) => /^\d{1,3}\.\d{1,3}\.\d{1,3}\.(xxx|\d{1,3})$/.test(name), 'it looks like an IP address'],
  [(name) => /[\u200b-\u200d\ue000-\uf8ff\ufffd]/.test(name), 'it has invisible or private characters'],
  [(name) => Buffer.byteLength(name) > longest, `it is longer than ${longest} bytes`],
  [(name) => reserved.has(name), 'the wiki, or the sync itself, uses this name'],
];

/** Makes a user name of the wiki, as MediaWiki 1.39 does of what somebody types: first letter in upper case, underscores are blanks. */
export function wikiNameOf(text: string): WikiName {
  const plain = text.normalize('NFC').replace(directionMarks, '').replace(blanks, ' ').replace(/^ | $/g, '');
  const [first = ''] = plain;
  const name = first.toUpperCase() + plain.slice(first.length);
  const why = rules.find(([breaks]) => breaks(name))?.[1];
  return why === undefined ? { name } : { why };
}
