import type { Attribute } from '../../directory/model/entry.ts';
import type { Schema } from './registry.ts';
import { syntaxes } from './syntaxes.ts';

/** The attributes of `cn=Subschema` (RFC 4512 §4.2), in the form that clients parse: one line, one blank between words. */
export function publishedSchema(schema: Schema): Attribute[] {
  const rules = schema.matchingRules;
  const uses = rules.flatMap((rule) => {
    const applies = schema.attributeTypes.filter((type) => schema.ruleApplies(rule, type)).map((type) => type.name);
    return applies.length === 0
      ? []
      : [`( ${rule.oid} NAME '${rule.name}' APPLIES ${applies.length === 1 ? applies[0] : `( ${applies.join(' $ ')} )`} )`];
  });
  return [
    attribute(
      'ldapSyntaxes',
      [...syntaxes.values()].map(
        ({ oid, description, binary }) => `( ${oid} DESC '${description}'${binary ? " X-NOT-HUMAN-READABLE 'TRUE'" : ''} )`,
      ),
    ),
    attribute(
      'matchingRules',
      rules.map(({ oid, name, syntaxOid }) => `( ${oid} NAME '${name}' SYNTAX ${syntaxOid} )`),
    ),
    attribute('matchingRuleUse', uses),
    attribute(
      'attributeTypes',
      schema.attributeTypes.map(({ definition }) => definition),
    ),
    attribute(
      'objectClasses',
      schema.objectClasses.map(({ definition }) => definition),
    ),
  ];
}

function attribute(description: string, values: readonly string[]): Attribute {
  return { description, values: values.map((value) => Buffer.from(value)) };
}
