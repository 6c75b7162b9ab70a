/** A place where clients come in. Whoever can open a trusted socket is the administrator. */
export type ListenAddress =
  | { readonly kind: 'ldap' | 'ldaps'; readonly host: string; readonly port: number }
  | { readonly kind: 'ldapi'; readonly path: string; readonly trusted: boolean };

/** As a URL, the way clients are told it. */
export function formatAddress(address: ListenAddress): string {
  if (address.kind === 'ldapi') return `ldapi://${encodeURIComponent(address.path)}`;
  return `${address.kind}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
