import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Haystack } from '../../web/people/haystack.ts';

const test = suite('a search through many texts');

const texts = ['ada weaving', '', 'bob fpga ada', 'cleo', 'adaada', 'fpga'];
const rows: readonly (readonly [words: readonly string[], found: readonly number[]])[] = [
  [['ada'], [0, 2, 4]],
  [['ada', 'fpga'], [2]],
  [['fpga'], [2, 5]],
  [['cleo'], [3]],
  [['weavingbob'], []],
  [['a w'], [0]],
  [['zzz'], []],
  [['a'], [0, 2, 4, 5]],
  [[], []],
];
for (const [words, found] of rows) {
  test(`${words.join(' + ') || 'nothing'}: ${found.join() || 'none'}`, () => assert.equal(new Haystack(texts).find(words), found));
}

test('it finds what a look at each text finds', () => {
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const word = (longest: number) =>
    Array.from({ length: 1 + random(longest) }, () => 'abc '[random(4)])
      .join('')
      .trim() || 'a';
  for (let round = 0; round < 200; round++) {
    const all = Array.from({ length: random(30) }, () => word(12));
    const words = Array.from({ length: 1 + random(3) }, () => word(3));
    const expected = all.flatMap((text, nth) => (words.every((each) => text.includes(each)) ? nth : []));
    assert.equal(new Haystack(all).find(words), expected, JSON.stringify([all, words]));
  }
});

test('without any text there is nothing to find', () => assert.equal(new Haystack([]).find(['a']), []));

test.run();
