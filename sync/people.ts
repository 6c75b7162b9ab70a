/** A person as the jobs that keep other programs in step see them. */
export interface SyncedPerson {
  /** entryUUID: stays the same through every rename */
  readonly uuid: string;
  readonly dn: string;
  readonly uid: string;
  /** displayName, else cn */
  readonly name: string;
  /** The first mail address; undefined when there is none */
  readonly mail: string | undefined;
  /** mosWikiName, else uid; not yet in the wiki's form */
  readonly wikiName: string;
  /** May log in at the moment: status, activation and locks say so */
  readonly active: boolean;
  /** mosListMember */
  readonly listMember: boolean;
  /** mosListAddress, else mail */
  readonly listAddress: string | undefined;
  /** mosMailBounced: since when mail to the list address comes back, Generalized Time */
  readonly bounced: string | undefined;
  /** mosListSubscribed: the address that mos sync mailman has put on the list for them */
  readonly listed: string | undefined;
  /** cn of each group that they are in, whichever kind, directly or through other groups */
  readonly groups: readonly string[];
  /** The first userPassword in {SCHEME} notation, for wikis that check passwords themselves; undefined when there is none or it was not asked for */
  readonly password: string | undefined;
}
