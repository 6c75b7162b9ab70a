import { join } from 'node:path';
import type { Settings } from '../settings/settings.ts';
import type { ListenAddress } from './model/listen-address.ts';

/** What `mos start` serves. */
export type Doors = 'all' | 'ldap' | 'web';

/** Where the LDAP server listens: what the settings name, and the administrator's socket, last. */
export function listenAddresses({ ldapListen, var: state }: Settings, doors: Doors): readonly ListenAddress[] {
  const path = join(state, 'ldapi');
  const others = (doors === 'web' ? [] : ldapListen).filter((address) => address.kind !== 'ldapi' || address.path !== path);
  return [...others, { kind: 'ldapi', path, trusted: true }];
}
