import type { Settings } from './settings.ts';

/** The club's domain: MOS_DOMAIN, or what the suffix says in its dc (RFC 2247). */
export function domainOf({ domain, baseDn }: Settings): string {
  if (domain !== undefined) return domain;
  const labels = [...baseDn.matchAll(/(?:^|,)dc=([^,+]+)/gi)].map(([, label]) => label);
  return labels.length > 0 ? labels.join('.') : 'localhost';
}
