import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clubShades, contrast, parse } from '../../web/colour.ts';

const test = suite("the club's colour");

/** WCAG's own examples, and what is sure */
const known: readonly (readonly [one: string, other: string, ratio: number])[] = [
  ['#ffffff', '#000000', 21],
  ['#777777', '#ffffff', 4.48],
  ['#ff0000', '#ffffff', 4],
  ['#123456', '#123456', 1],
];
for (const [one, other, ratio] of known) {
  test(`${one} on ${other} has a contrast of ${ratio}`, () => {
    assert.ok(Math.abs(contrast(parse(one), parse(other)) - ratio) < 0.01);
  });
}

for (const colour of ['#e4572e', '#ffff00', '#ffffff', '#000000', '#0000ff', '#808080', '#00ff88']) {
  test(`words in ${colour} can be read on light and dark paper, and white on it`, () => {
    const shade = (name: string) => parse(new RegExp(`--${name}:(#[0-9a-f]{6})`).exec(clubShades(colour))?.[1] ?? '');
    assert.ok(contrast(shade('club-on-light'), parse('#f4f2ec')) >= 4.5);
    assert.ok(contrast(shade('club-on-dark'), parse('#22262d')) >= 4.5);
    assert.ok(contrast(shade('club-fill'), parse('#ffffff')) >= 4.5);
    assert.ok(contrast(shade('club-fill-hover'), parse('#ffffff')) >= 4.5);
  });
}

test.run();
