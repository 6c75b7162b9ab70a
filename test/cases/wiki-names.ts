// Names as the wiki takes them, or why it does not. MediaWiki itself is asked about every one of them in test/services.

export interface NameCase {
  readonly text: string;
  /** undefined: it can be no name */
  readonly name?: string;
  readonly why?: RegExp;
  /** The wiki would take it, and the sync does not: it needs the name itself, or what one sees would be another name */
  readonly stricter?: true;
}

const x = (count: number, of = 'x') => of.repeat(count);

export const nameCases: readonly NameCase[] = [
  { text: 'ada', name: 'Ada' },
  { text: 'Ada', name: 'Ada' },
  { text: 'ada_love__lace', name: 'Ada love lace' },
  { text: '  ada  b _', name: 'Ada b' },
  { text: 'aDA', name: 'ADA' },
  { text: 'zoë', name: 'Zoë' },
  { text: 'zoe\u0308', name: 'Zoë' },
  { text: 'éva', name: 'Éva' },
  { text: 'øre', name: 'Øre' },
  { text: 'жанна', name: 'Жанна' },
  { text: '李', name: '李' },
  { text: '𐐨deseret', name: '𐐀deseret' },
  { text: '🦊', name: '🦊' },
  { text: '1337', name: '1337' },
  { text: 'a.b-c+d', name: 'A.b-c+d' },
  { text: "o'neill", name: "O'neill" },
  { text: 'ada (they/them)', why: /none of/ },
  { text: 'ada (she)', name: 'Ada (she)' },
  { text: 'a\u00a0b', name: 'A b' },
  { text: 'a\u200eb', name: 'Ab' },
  { text: '100% ada', name: '100% ada' },
  { text: 'AT&T', name: 'AT&T' },
  { text: 'a=b', name: 'A=b' },
  { text: 'a~~b', name: 'A~~b' },
  { text: 'ada,bob;cid!"$*?\\^`', name: 'Ada,bob;cid!"$*?\\^`' },
  { text: x(235), name: `X${x(234)}` },
  { text: x(236), why: /longer than 235 bytes/ },
  { text: x(118, 'é'), why: /longer than 235 bytes/ },
  { text: '', why: /empty/ },
  { text: ' _ ', why: /empty/ },
  { text: 'a#b', why: /none of/ },
  { text: 'a<b', why: /none of/ },
  { text: 'a>b', why: /none of/ },
  { text: '[a]', why: /none of/ },
  { text: 'a|b', why: /none of/ },
  { text: '{a}', why: /none of/ },
  { text: 'a/b', why: /none of/ },
  { text: 'ada@example.org', why: /none of/ },
  { text: 'talk:ada', why: /none of/ },
  { text: ':ada', why: /none of/ },
  { text: 'a%20b', why: /percent/ },
  { text: 'a&amp;b', why: /character reference/, stricter: true },
  { text: 'a&eacute;b', why: /character reference/, stricter: true },
  { text: 'a&nonsense;b', why: /character reference/ },
  { text: 'a~~~b', why: /signature/ },
  { text: '.', why: /path/ },
  { text: '..', why: /path/ },
  { text: '127.0.0.1', why: /IP address/ },
  { text: '300.1.1.1', why: /IP address/ },
  { text: '10.0.0.xxx', why: /IP address/ },
  { text: '::1', why: /none of/ },
  { text: 'a\u0007b', why: /control/ },
  { text: 'a\u0085b', why: /control/ },
  { text: 'a\u200bb', why: /invisible/ },
  { text: 'a\ue000b', why: /private/ },
  { text: 'a\ufffdb', why: /invisible or private/ },
  { text: 'MediaWiki default', why: /uses this name/ },
  { text: 'maintenance_script', why: /uses this name/ },
  { text: 'unknown user', why: /uses this name/ },
  { text: 'MOS', why: /uses this name/, stricter: true },
];
