import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { packageFolder } from '../../settings/package-root.ts';

test('the demo’s photos are small pictures, no two of them the same, and most people have none', async () => {
  const text = readFileSync(join(packageFolder, 'ldif', 'demo.ldif'), 'utf8').replaceAll('\n ', '');
  const photos = [...text.matchAll(/^jpegPhoto:: (.*)$/gm)].map(([, value = '']) => Buffer.from(value, 'base64'));
  assert.is(photos.length, 30);
  assert.is(new Set(photos.map((photo) => photo.toString('base64'))).size, 30);
  for (const photo of photos) {
    assert.ok(photo.length < 4096, `${photo.length} bytes`);
    const { format, width, height } = await sharp(photo).metadata();
    assert.equal([format, width, height], ['jpeg', 240, 240]);
    // something to see: not one colour
    const { channels } = await sharp(photo).stats();
    assert.ok(channels.some(({ stdev }) => stdev > 20));
  }
});

test.run();
