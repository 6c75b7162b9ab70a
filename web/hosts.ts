import { routes } from './routes.ts';
import type { Site } from './site.ts';
import type { Request } from './visit.ts';

/** What addresses of the site begin with: they mean the same under every name, and nobody's name stands in their way. */
const ownSegments: ReadonlySet<string> = new Set(['static', ...routes.flatMap(({ path }) => path.split('/')[1] || [])]);

type Where = Pick<Site, 'settings' | 'url'>;

/** The part of the site to which a name leads (MOS_WEB_HOSTS). */
function partOf({ settings }: Where, { hostname }: URL): string | undefined {
  return Object.entries(settings.webHosts).find(([, name]) => name.toLowerCase() === hostname)?.[0];
}

/** The path of a route: `people.example.org/ada` is `/people/ada`. */
export function pathWithin(site: Where, url: URL): string {
  const { pathname } = url;
  const part = partOf(site, url);
  if (part === undefined || ownSegments.has(pathname.split('/')[1] ?? '')) return pathname;
  return `/${part}${pathname === '/' ? '' : pathname}`;
}

/**
 * Where the page is that was asked for under the name of a part: on the site itself, where its visitor may be signed in and where what it
 * links to is. Cookies are given to one name alone.
 * @returns undefined for what was asked for there, and for forms
 */
export function pageElsewhere(site: Where, { method, url }: Pick<Request, 'method' | 'url'>): string | undefined {
  if (partOf(site, url) === undefined || url.hostname === site.url.hostname || !/^(GET|HEAD)$/.test(method)) return undefined;
  return site.url.origin + pathWithin(site, url) + url.search;
}
