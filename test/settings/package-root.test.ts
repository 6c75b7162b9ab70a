import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageFolder } from '../../settings/package-root.ts';

test('is the folder of MOS’s package.json', () => {
  assert.is(JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).name, 'mos');
});

for (const place of ['settings', 'dist/settings']) {
  test(`is found from ${place}`, async () => {
    const home = realpathSync(mkdtempSync(join(tmpdir(), 'mos-root-')));
    try {
      mkdirSync(join(home, place), { recursive: true });
      writeFileSync(join(home, 'package.json'), '{"type":"module"}');
      const copy = join(home, place, 'package-root.ts');
      copyFileSync(fileURLToPath(new URL('../../settings/package-root.ts', import.meta.url)), copy);
      assert.is((await import(pathToFileURL(copy).href)).packageFolder, home);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
}

test.run();
