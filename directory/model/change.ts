import type { Attribute, Modification } from './entry.ts';

/** A change to one entry, as LDAP asks for it and LDIF writes it down (RFC 2849 change records). */
export type Change = AddChange | ModifyChange | DeleteChange | RenameChange;

export interface AddChange {
  readonly kind: 'add';
  readonly dn: string;
  readonly attributes: readonly Attribute[];
}
export interface ModifyChange {
  readonly kind: 'modify';
  readonly dn: string;
  readonly modifications: readonly Modification[];
}
export interface DeleteChange {
  readonly kind: 'delete';
  readonly dn: string;
}
export interface RenameChange {
  readonly kind: 'rename';
  readonly dn: string;
  readonly newRdn: string;
  readonly deleteOldRdn: boolean;
  readonly newSuperior?: string;
}
