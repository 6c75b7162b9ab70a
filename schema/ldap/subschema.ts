import type { Attribute } from '../../directory/model/entry.ts';
import type { Schema } from './registry.ts';
import { type Syntax, syntaxes } from './syntaxes.ts';

/** The attributes of `cn=Subschema` (RFC 4512 §4.2), in the form that clients parse: one line, one blank between tokens. */
export function publishedSchema(schema: Schema): Attribute[] {
  const { attributeTypes, matchingRules, objectClasses } = schema;
  const uses = matchingRules.flatMap((rule) => {
    const names = attributeTypes.filter((type) => schema.ruleApplies(rule, type)).map(({ name }) => name);
    const applies = names.length === 1 ? names.join() : `( ${names.join(' $ ')} )`;
    return names.length === 0 ? [] : [`( ${rule.oid} NAME '${rule.name}' APPLIES ${applies} )`];
  });
  return [
    attribute('ldapSyntaxes', [...syntaxes.values()].map(printSyntax)),
    attribute(
      'matchingRules',
      matchingRules.map(({ oid, name, syntaxOid }) => `( ${oid} NAME '${name}' SYNTAX ${syntaxOid} )`),
    ),
    attribute('matchingRuleUse', uses),
    attribute(
      'attributeTypes',
      attributeTypes.map(({ definition }) => definition),
    ),
    attribute(
      'objectClasses',
      objectClasses.map(({ definition }) => definition),
    ),
  ];
}

/** RFC 4512 §4.1.5; the extensions are the ones that OpenLDAP gives and clients read. */
function printSyntax({ oid, description, binary, binaryTransfer }: Syntax): string {
  const extensions = `${binaryTransfer ? " X-BINARY-TRANSFER-REQUIRED 'TRUE'" : ''}${binary ? " X-NOT-HUMAN-READABLE 'TRUE'" : ''}`;
  return `( ${oid} DESC '${description}'${extensions} )`;
}

function attribute(description: string, values: readonly string[]): Attribute {
  return { description, values: values.map((value) => Buffer.from(value)) };
}
