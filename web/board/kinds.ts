import type { Word } from '../words.ts';

/** A field of a small entry. */
export interface KindField {
  readonly attribute: string;
  readonly word: Word;
  /** `lines`: a value a line; `flag`: TRUE or FALSE */
  readonly kind: 'line' | 'lines' | 'flag';
  readonly required?: true;
  readonly hint?: Word;
}

/** Entries of one folder that the board keeps as a table. */
export interface Kind {
  /** Last part of its address, below /board */
  readonly path: string;
  readonly title: Word;
  readonly intro: Word;
  /** Where they stand, below the suffix */
  readonly folder: string;
  readonly classes: readonly string[];
  /** By which they are found: the first of their classes that nothing else in the folder has */
  readonly ofClass: string;
  /** The attribute that names them; it comes first and stays what it is */
  readonly naming: string;
  readonly fields: readonly KindField[];
}

/** The tables: a row each. */
export const kinds = {
  statuses: {
    path: 'statuses',
    title: 'statuses.title',
    intro: 'statuses.intro',
    folder: 'ou=statuses',
    classes: ['mosStatusDefinition'],
    ofClass: 'mosStatusDefinition',
    naming: 'cn',
    fields: [
      { attribute: 'cn', word: 'statuses.name', kind: 'line', required: true },
      { attribute: 'description', word: 'statuses.description', kind: 'line' },
      { attribute: 'mosMayLogin', word: 'statuses.mayLogin', kind: 'flag' },
    ],
  },
  domains: {
    path: 'mail/domains',
    title: 'boardMail.domains',
    intro: 'boardMail.domainsIntro',
    folder: 'ou=mail',
    classes: ['mosMailDomain'],
    ofClass: 'mosMailDomain',
    naming: 'associatedDomain',
    fields: [
      { attribute: 'associatedDomain', word: 'boardMail.domain', kind: 'line', required: true },
      { attribute: 'description', word: 'statuses.description', kind: 'line' },
    ],
  },
  aliases: {
    path: 'mail/aliases',
    title: 'boardMail.aliases',
    intro: 'boardMail.aliasesIntro',
    folder: 'ou=mail',
    classes: ['nisMailAlias'],
    ofClass: 'nisMailAlias',
    naming: 'cn',
    fields: [
      { attribute: 'cn', word: 'boardMail.address', kind: 'line', required: true, hint: 'boardMail.addressHint' },
      { attribute: 'rfc822MailMember', word: 'boardMail.targets', kind: 'lines', required: true, hint: 'boardMail.targetsHint' },
    ],
  },
} satisfies Record<string, Kind>;
