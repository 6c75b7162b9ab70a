/** An account as the wiki has it. */
export interface WikiAccount {
  /** user_id */
  readonly id: number;
  readonly name: string;
  readonly realName: string;
  readonly mail: string;
  /** All groups of the wiki that it is in */
  readonly groups: readonly string[];
  /** Who has blocked it, for the whole wiki and at this moment */
  readonly blocked: 'no' | 'by the sync' | 'by others';
  /** What the sync has noted of it; undefined: it is not the sync's */
  readonly ours: Ours | undefined;
}

export interface Ours {
  /** entryUUID of its owner */
  readonly uuid: string;
  /** Of the password that was written last; empty when that is none */
  readonly digest: string;
  /** Groups of the wiki that the sync has put it in */
  readonly groups: readonly string[];
  /** The sync has taken password, groups and sessions away */
  readonly ended: boolean;
}

/** Accounts and what the plan must know beside them. */
export interface Wiki {
  readonly accounts: readonly WikiAccount[];
  /** The account that blocks others is there and is ours */
  readonly hasSystemAccount: boolean;
  /** The sync's own table is there */
  readonly hasTable: boolean;
}
