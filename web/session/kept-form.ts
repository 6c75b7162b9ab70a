import { localPath } from '../frame/home.ts';
import type { Visit } from '../visit.ts';

/** A form that could not be taken when it came, because its sender was not signed in any more. It is kept in the pages alone. */
export interface KeptForm {
  readonly path: string;
  readonly fields: readonly (readonly [name: string, values: readonly string[]])[];
  /** A file does not come along, and has to be chosen again */
  readonly hasFile: boolean;
}

/** Bytes of all of it; in a form it may take three times as many (`mostWithKept`). */
const longest = 150_000;
/** Bytes that a form may have which carries one along. */
export const mostWithKept = 524_288;

/** The request's form, to go along while its sender signs in; undefined where nothing was typed, or a password. */
export async function keepForm({ request, url }: Pick<Visit, 'request' | 'url'>): Promise<string | undefined> {
  const form = await request.form();
  const fields = Object.entries(form.typed).map(([name, values]) => [name, [values].flat()] as const);
  if (form.hasPassword || fields.every(([name]) => name === 'back')) return undefined;
  const text = JSON.stringify({ path: url.pathname + url.search, fields, hasFile: form.hasFile } satisfies KeptForm);
  return Buffer.byteLength(text) <= longest ? text : undefined;
}

/** @returns undefined for what is none */
export function readKeptForm(text: string): KeptForm | undefined {
  if (text === '' || Buffer.byteLength(text) > longest) return undefined;
  try {
    const { path, fields, hasFile } = JSON.parse(text) as Partial<Record<keyof KeptForm, unknown>>;
    if (typeof path !== 'string' || localPath(path) !== path || !Array.isArray(fields)) return undefined;
    return { path, fields: fields.map(readField), hasFile: hasFile === true };
  } catch {
    return undefined;
  }
}

function readField(field: unknown): KeptForm['fields'][number] {
  const [name, values]: unknown[] = Array.isArray(field) ? field : [];
  return [String(name), Array.isArray(values) ? values.map(String) : []];
}
