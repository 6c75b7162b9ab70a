import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { Filter } from '../../directory/model/filter.ts';
import { formatFilter, parseFilter } from '../../directory/model/filter-text.ts';
import { filters, wrongFilters } from '../cases/filter-text.ts';

for (const { text, filter, written = text } of filters) {
  test(`${JSON.stringify(text)} is read`, () => assert.equal(parseFilter(text), filter));
  test(`${JSON.stringify(text)} is written as ${written}`, () => {
    assert.is(formatFilter(filter), written);
    assert.equal(parseFilter(formatFilter(filter)), filter);
  });
}

for (const { name, text } of wrongFilters) {
  test(`a filter is refused: ${name}`, () => {
    assert.throws(
      () => parseFilter(text),
      (error: unknown) => error instanceof DirectoryError && error.kind === 'invalidAttributeSyntax',
    );
  });
}

test('any byte survives as a value and as a piece', () => {
  for (let byte = 0; byte < 256; byte++) {
    const value = Buffer.from([byte, 0x61, byte]);
    const both: Filter[] = [
      { kind: 'equality', attribute: 'cn', value },
      { kind: 'substrings', attribute: 'cn', initial: value, any: [value], final: value },
      { kind: 'extensible', rule: '1.2', value, dnAttributes: true },
    ];
    const filter: Filter = { kind: 'and', filters: both };
    assert.equal(parseFilter(formatFilter(filter)), filter);
  }
});

test.run();
