/** A consumer's state, in the words that OpenLDAP has for it: `rid=001,csn=20261124…Z#000000#000#000000`. */
export interface SyncCookie {
  /** The consumer's number of itself; it wants it back */
  readonly rid: string | undefined;
  /** Undefined: it has nothing yet. `foreign`: not a place in our log, whatever it is */
  readonly csn: string | 'foreign' | undefined;
}

const csnForm = /^\d{14}\.\d{6}Z#[0-9a-f]{6}#[0-9a-f]{3}#[0-9a-f]{6}$/;
/** bytes; several CSNs of several servers are longer, and not ours */
const longest = 200;

/** Reads what a consumer brings; slapd's says `rid=001` and nothing else as long as it has nothing. */
export function parseCookie(cookie: Buffer | undefined): SyncCookie {
  if (cookie === undefined || cookie.length === 0) return { rid: undefined, csn: undefined };
  const parts = cookie.length > longest ? ['foreign='] : cookie.toString('latin1').split(',');
  const read = new Map(parts.map((part) => [part.replace(/=.*/s, ''), part.replace(/^[^=]*=?/, '')]));
  const rid = read.get('rid');
  const csn = read.get('csn');
  const ours = [...read.keys()].every((name) => ['rid', 'sid', 'csn'].includes(name)) && (csn === undefined || csnForm.test(csn));
  return { rid: rid !== undefined && /^\d{3}$/.test(rid) ? rid : undefined, csn: ours ? csn : 'foreign' };
}

export function formatCookie(rid: string | undefined, csn: string): Buffer {
  return Buffer.from(`${rid === undefined ? '' : `rid=${rid},`}csn=${csn}`, 'latin1');
}
