import type { Filter } from '../directory/model/filter.ts';

// Filters put together from what people type: values, never text that would have to be escaped.

export function and(...filters: readonly Filter[]): Filter {
  return { kind: 'and', filters: [...filters] };
}

export function or(...filters: readonly Filter[]): Filter {
  return { kind: 'or', filters: [...filters] };
}

export function equality(attribute: string, value: string): Filter {
  return { kind: 'equality', attribute, value: Buffer.from(value) };
}

export function present(attribute: string): Filter {
  return { kind: 'present', attribute };
}

/** Has the attribute a value with this text in it? */
export function substrings(attribute: string, text: string): Filter {
  return { kind: 'substrings', attribute, any: [Buffer.from(text)] };
}
