export interface Removal {
  readonly removed: number;
  /** How many there are before it */
  readonly of: number;
  /** Of whom, and what becomes of them: "accounts would be blocked" */
  readonly what: string;
}

export interface MostRemoved {
  /** Percent that may go at once: MOS_SYNC_MOST_REMOVED */
  readonly mostRemoved: number;
  /** More may go */
  readonly force: boolean;
}

/** Why so many do not go at once; undefined when they may. */
export function tooMany({ removed, of, what }: Removal, { mostRemoved, force }: MostRemoved): string | undefined {
  const percent = (removed / of) * 100;
  if (force || percent <= mostRemoved) return undefined;
  return (
    `${removed} of ${of} ${what}, ${Math.ceil(percent)} % where MOS_SYNC_MOST_REMOVED allows ${mostRemoved}; ` +
    '--dry-run shows whom, --force does it'
  );
}
