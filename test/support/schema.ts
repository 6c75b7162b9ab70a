import { readdirSync, readFileSync } from 'node:fs';
import { Schema } from '../../schema/ldap/registry.ts';

const folder = new URL('../../schema/ldap/', import.meta.url);

/** The text of every definition file that ships with MOS. */
export function shippedDefinitions(): { file: string; text: string }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.schema'))
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }));
}

/** A schema of all of them, new each time: tests may number attribute options without seeing each other's. */
export function shippedSchema(): Schema {
  return Schema.load(shippedDefinitions());
}
