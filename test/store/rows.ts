import { randomUUID } from 'node:crypto';
import type { Effect, NewRevision, StoredEntry } from '../../directory/core/store.ts';

/** An entry with the little that a test of the store asks of one. */
export function entry(rdn: string, parent: StoredEntry | null = null, more: Partial<StoredEntry> = {}): StoredEntry {
  const attributes = [{ description: 'cn', values: [Buffer.from(rdn)] }];
  return { uuid: randomUUID(), parent: parent?.uuid ?? null, rdn, rdnKey: rdn.toLowerCase(), attributes, ...more };
}

export function put(csn: number, stored: StoredEntry, more: Partial<NewRevision> = {}): NewRevision {
  return revision(csn, { kind: 'put', entry: stored }, { entryUuid: stored.uuid, dn: stored.rdn, ...more });
}

export function remove(csn: number, stored: StoredEntry): NewRevision {
  return revision(csn, { kind: 'delete', uuid: stored.uuid }, { operation: 'delete', entryUuid: stored.uuid, dn: stored.rdn });
}

/** LDAP's name of the revision at a position. */
export function entryCsn(csn: number): string {
  return `20250101000000.000000Z#${csn.toString(16).padStart(6, '0')}#000#000000`;
}

export function revision(csn: number, effect: Effect, more: Partial<NewRevision> = {}): NewRevision {
  return {
    csn,
    entryCsn: entryCsn(csn),
    at: new Date(Date.UTC(2025, 0, 1) + csn),
    actor: '',
    actorUuid: null,
    origin: '192.0.2.1',
    operation: 'add',
    cause: 'request',
    state: 'applied',
    entryUuid: effect.kind === 'put' ? effect.entry.uuid : effect.uuid,
    dn: 'dc=example',
    change: 'changetype: add\n',
    before: [],
    effect,
    ...more,
  };
}
