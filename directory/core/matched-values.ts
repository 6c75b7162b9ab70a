import type { AttributeDescription } from '../../schema/ldap/registry.ts';
import type { Filter } from '../model/filter.ts';
import { compileFilter, type Test } from './matching.ts';
import { Layouts, packEntry, type ResolvedAttribute } from './packed-entry.ts';
import type { Tree } from './tree.ts';

/** Which values of an entry are returned: those that one of the filters is true for (RFC 3876). */
export class MatchedValues {
  readonly #tests: readonly Test[];
  readonly #layouts = new Layouts();

  constructor(tree: Tree, filters: readonly Filter[]) {
    this.#tests = filters.map((filter) => compileFilter(filter, { tree, computed: new Map(), maySearch: () => true }));
  }

  /** The attributes with the values that match; those of which none matches are left out. */
  of(attributes: readonly ResolvedAttribute[]): ResolvedAttribute[] {
    return attributes
      .map(({ description, values }) => ({ description, values: values.filter((value) => this.#matches(description, value)) }))
      .filter(({ values }) => values.length > 0);
  }

  /** A filter is true for a value when it is true for an entry that has nothing else. */
  #matches(description: AttributeDescription, value: Buffer): boolean {
    const entry = packEntry(this.#layouts, { uuid: '', parent: null, key: '', dn: '' }, [{ description, values: [value] }]);
    return this.#tests.some((test) => test.evaluate(entry) === true);
  }
}
