import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { packageFolder } from '../settings/package-root.ts';
import { clubShades } from './colour.ts';

/** A file that pages load: it never changes under its address, so browsers ask for it once. */
export interface Asset {
  /** Path with a digest of the content */
  readonly path: string;
  readonly type: string;
  /** Content-Encoding → bytes; `identity` is always there */
  readonly encodings: Readonly<Record<'identity' | 'gzip' | 'br', Uint8Array<ArrayBuffer>>>;
}

const { resolve } = createRequire(import.meta.url);
const ours = (file: string) => join(packageFolder, 'web', 'static', file);

/** What pages load, each made of the files that stand behind it. */
const sources = {
  'site.css': {
    type: 'text/css; charset=utf-8',
    files: [
      resolve('@picocss/pico/css/pico.min.css'),
      ours('mos.css'),
      ours('people.css'),
      ours('board.css'),
      ours('me.css'),
      ours('history.css'),
    ],
  },
  'passkeys.js': {
    type: 'text/javascript; charset=utf-8',
    files: [join(dirname(resolve('@simplewebauthn/browser')), '..', 'dist', 'bundle', 'index.umd.min.js'), ours('passkeys.js')],
  },
  'site.js': { type: 'text/javascript; charset=utf-8', files: [resolve('htmx.org/dist/htmx.min.js'), ours('site.js')] },
} satisfies Record<string, { readonly type: string; readonly files: readonly string[] }>;

export type AssetName = keyof typeof sources;

/**
 * Reads, joins and compresses them all.
 * @param colour the club's, #rrggbb
 */
export function loadAssets(colour: string): Readonly<Record<AssetName, Asset>> {
  const make = (name: AssetName): Asset => {
    const { type, files } = sources[name];
    const texts = files.map((file) => readFileSync(file, 'utf8').replace(/^\/[/*]# sourceMappingURL=.*$/m, ''));
    if (name === 'site.css') texts.push(clubShades(colour));
    const bytes = Buffer.from(texts.join('\n'));
    const [stem, ending] = name.split('.');
    const mark = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
    return {
      path: `/static/${stem}-${mark}.${ending}`,
      type,
      encodings: {
        identity: new Uint8Array(bytes),
        gzip: new Uint8Array(gzipSync(bytes, { level: 9 })),
        br: new Uint8Array(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })),
      },
    };
  };
  return { 'site.css': make('site.css'), 'site.js': make('site.js'), 'passkeys.js': make('passkeys.js') };
}
