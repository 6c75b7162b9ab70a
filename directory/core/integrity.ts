import { parseChoice, parseGrant } from '../../schema/ldap/policy.ts';
import { DirectoryError } from '../model/errors.ts';
import { parseLdapUrl } from '../model/ldap-url.ts';
import type { PackedEntry } from './packed-entry.ts';
import type { Staging } from './staging.ts';

/** What a value of some attribute must be beyond its syntax: a row each. A check answers what is wrong, or undefined. */
const rules: Readonly<Record<string, (value: Buffer, staging: Staging) => string | undefined>> = {
  mosStatus: (value, staging) => (isStatus(value.toString(), staging) ? undefined : 'no status of that name is defined (ou=statuses)'),
  mosVisibility: (value, { tree: { schema } }) => {
    const choice = parseChoice(value.toString());
    if (choice === undefined) return '"ATTRIBUTE LEVEL" is expected, with one of public, members, board, self, nobody';
    return schema.attributeType(choice.attribute) === undefined ? `the schema does not know ${choice.attribute}` : undefined;
  },
  mosGrant: (value) => said(() => parseGrant(value.toString())),
  memberURL: (value) => said(() => parseLdapUrl(value.toString())),
};

/** @throws DirectoryError constraintViolation */
export function checkIntegrity(staging: Staging, entry: PackedEntry): void {
  entry.layout.descriptions.forEach(({ type }, index) => {
    const rule = Object.hasOwn(rules, type.name) ? rules[type.name] : undefined;
    if (rule === undefined) return;
    for (const [nth, value] of entry.valuesAt(index).entries()) {
      const wrong = rule(value, staging);
      if (wrong === undefined) continue;
      const detail = { flaw: 'valueRule', attribute: type.name, at: nth } as const;
      throw new DirectoryError('constraintViolation', `${type.name}: value #${nth}: ${wrong}`, detail);
    }
  });
}

/** Attributes whose target must not go while somebody names it. Other references just follow. */
export const foreignKeys: readonly string[] = ['mosStatus'];

function isStatus(dn: string, staging: Staging): boolean {
  const { schema } = staging.tree;
  const status = staging.find(schema.normalizeDn(dn));
  const objectClass = schema.attributeType('objectClass');
  const wanted = schema.objectClass('mosStatusDefinition');
  if (status === undefined || objectClass === undefined || wanted === undefined) return false;
  return schema.classesOf(status.valuesOfType(objectClass).map(String)).has(wanted);
}

function said(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
