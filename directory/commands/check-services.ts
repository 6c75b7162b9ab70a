import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { hostOf } from '../../settings/services/render.ts';
import type { Settings } from '../../settings/settings.ts';
import { isLoopback } from '../checks/channel.ts';
import { type Asked, checkServices } from '../checks/check-services.ts';
import { trust } from '../checks/trust.ts';
import { formatAddress } from '../model/listen-address.ts';

/**
 * Looks from outside whether services take passwords over TLS alone: those of MOS_CHECK_SERVICES, or MOS's own LDAP.
 * @param ca a further PEM file of authorities to trust
 * @returns the exit code: 1 when something is wrong or can not be judged from here
 */
export async function reportOnServices(settings: Settings, ca: string | undefined): Promise<number> {
  const { checkedServices, tlsCa, tlsCert, baseDn } = settings;
  const own = tlsCa ?? tlsCert ?? join(settings.var, 'tls', 'ca.crt');
  const trusted = trust([...(ca === undefined ? [] : [ca]), ...(existsSync(own) ? [own] : [])]);
  const asked = checkedServices.length > 0 ? checkedServices.map((url) => ({ url })) : ownListeners(settings);
  let code = 0;
  for (const { lines, ok } of await checkServices(asked, baseDn, { trusted, now: new Date() })) {
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    if (!ok) code = 1;
  }
  return code;
}

function ownListeners(settings: Settings): Asked[] {
  return settings.ldapListen.flatMap((address): Asked[] => {
    if (address.kind === 'ldapi') return [];
    const everywhere = address.host === '::' || address.host === '0.0.0.0';
    return [
      {
        url: formatAddress(address),
        name: hostOf(settings),
        address: everywhere ? outerAddress() : address.host,
        loopbackOnly: isLoopback(address.host) || address.host === 'localhost',
        mayBeDown: true,
      },
    ];
  });
}

/** An address of this machine that others reach it by; over loopback a server shows what it lets its own machine do. */
function outerAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
