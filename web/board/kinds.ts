import { checkAddress, checkAddressOrLocalPart, checkDomain } from '../mail/address.ts';
import type { Complaint } from '../people/field-check.ts';
import type { Word } from '../words.ts';

/** A field of a small entry. */
export interface KindField {
  readonly attribute: string;
  readonly word: Word;
  /** `lines`: a value a line; `flag`: TRUE or FALSE */
  readonly kind: 'line' | 'lines' | 'flag';
  readonly required?: true;
  readonly hint?: Word;
  /** What the directory's syntax lets through and is wrong all the same */
  readonly check?: (value: string) => Complaint | undefined;
}

/** What entries of one class look like. */
export interface Shape {
  readonly classes: readonly string[];
  /** By which they are found: the first of their classes that nothing else in the folder has */
  readonly ofClass: string;
  /** The attribute that names them; it comes first and stays what it is */
  readonly naming: string;
  readonly fields: readonly KindField[];
}

/** Entries of one folder that the board keeps as a table. */
export interface Kind {
  /** Last part of its address, below /board */
  readonly path: string;
  readonly title: Word;
  readonly intro: Word;
  /** What is said to whoever is about to delete one */
  readonly willDelete: Word;
  /** Where they stand, below the suffix */
  readonly folder: string;
  /** New ones are of the first */
  readonly shapes: readonly [Shape, ...Shape[]];
}

/** The tables: a row each. */
export const kinds = {
  statuses: {
    path: 'statuses',
    title: 'statuses.title',
    intro: 'statuses.intro',
    willDelete: 'statuses.willDelete',
    folder: 'ou=statuses',
    shapes: [
      {
        classes: ['mosStatusDefinition'],
        ofClass: 'mosStatusDefinition',
        naming: 'cn',
        fields: [
          { attribute: 'cn', word: 'statuses.name', kind: 'line', required: true },
          { attribute: 'description', word: 'statuses.description', kind: 'line' },
          { attribute: 'mosMayLogin', word: 'statuses.mayLogin', kind: 'flag' },
        ],
      },
    ],
  },
  domains: {
    path: 'mail/domains',
    title: 'boardMail.domains',
    intro: 'boardMail.domainsIntro',
    willDelete: 'boardMail.willDeleteDomain',
    folder: 'ou=mail',
    shapes: [
      {
        classes: ['mosMailDomain'],
        ofClass: 'mosMailDomain',
        naming: 'associatedDomain',
        fields: [
          { attribute: 'associatedDomain', word: 'boardMail.domain', kind: 'line', required: true, check: checkDomain },
          { attribute: 'description', word: 'statuses.description', kind: 'line' },
        ],
      },
    ],
  },
  aliases: {
    path: 'mail/aliases',
    title: 'boardMail.aliases',
    intro: 'boardMail.aliasesIntro',
    willDelete: 'boardMail.willDeleteAlias',
    folder: 'ou=mail',
    shapes: [
      {
        classes: ['nisMailAlias'],
        ofClass: 'nisMailAlias',
        naming: 'cn',
        fields: [
          {
            ...{ attribute: 'cn', word: 'boardMail.address', kind: 'line', required: true },
            ...{ hint: 'boardMail.addressHint', check: checkAddressOrLocalPart },
          },
          {
            ...{ attribute: 'rfc822MailMember', word: 'boardMail.targets', kind: 'lines', required: true },
            ...{ hint: 'boardMail.targetsHint', check: checkAddress },
          },
        ],
      },
      {
        classes: ['mosMailAlias', 'inetLocalMailRecipient'],
        ofClass: 'mosMailAlias',
        naming: 'cn',
        fields: [
          { attribute: 'cn', word: 'statuses.name', kind: 'line', required: true },
          {
            ...{ attribute: 'mailLocalAddress', word: 'boardMail.addresses', kind: 'lines', required: true },
            ...{ hint: 'boardMail.targetsHint', check: checkAddress },
          },
          { attribute: 'mailRoutingAddress', word: 'boardMail.targets', kind: 'line', required: true, check: checkAddress },
          { attribute: 'description', word: 'statuses.description', kind: 'line' },
        ],
      },
    ],
  },
} satisfies Record<string, Kind>;
