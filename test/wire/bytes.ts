import type { Filter } from '../../directory/model/filter.ts';
import { constructed, context, encodeBytes, type Output, TAG } from '../../directory/wire/ber.ts';
import type { DecodeLimits } from '../../directory/wire/decode.ts';
import type { Message, Request } from '../../directory/wire/messages.ts';

export const limits: DecodeLimits = { filterDepth: 50, filterItems: 1000, attributes: 1000, controls: 32 };

/** Bytes of hex digits; blanks are for the eye. */
export function hex(digits: string): Buffer {
  const compact = digits.replace(/\s+/g, '');
  const bytes = Buffer.from(compact, 'hex');
  if (bytes.length * 2 !== compact.length) throw new Error(`not hex: ${digits}`);
  return bytes;
}

/** One element with its shortest length. */
export function element(tag: number, ...content: readonly Buffer[]): Buffer {
  return encodeBytes((out) => out.octets(tag, Buffer.concat(content)));
}

export function octets(text: string): Buffer {
  return element(TAG.octetString, Buffer.from(text));
}

/** A message with ID 7 of a whole protocolOp and what may follow it. */
export function message(...parts: readonly Buffer[]): Buffer {
  return element(TAG.sequence, hex('020107'), ...parts);
}

/** A search for everything below the root with this filter. */
export function searchFor(filter: Buffer, attributes: Buffer = hex('3000')): Buffer {
  return message(element(0x63, hex('0400 0a0102 0a0100 020100 020100 010100'), filter, attributes));
}

/** The same numbers in every run (mulberry32), below 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a client would send for this message, in the shortest encoding. */
export function encodeRequest({ id, request, controls }: Message): Buffer {
  return encodeBytes((out) =>
    out.element(TAG.sequence, () => {
      out.integer(TAG.integer, id);
      writeRequest(out, request);
      if (controls.length === 0) return;
      out.element(constructed(0), () => {
        for (const { oid, critical, value } of controls) {
          out.element(TAG.sequence, () => {
            ascii(out, TAG.octetString, oid);
            if (critical) out.boolean(TAG.boolean, true);
            if (value !== undefined) out.octets(TAG.octetString, value);
          });
        }
      });
    }),
  );
}

/** Names and OIDs are read a byte a character, whatever the byte. */
function ascii(out: Output, tag: number, text: string): void {
  out.octets(tag, Buffer.from(text, 'latin1'));
}

function writeRequest(out: Output, request: Request): void {
  const text = (value: string) => out.text(TAG.octetString, value);
  switch (request.op) {
    case 'bind':
      out.element(0x60, () => {
        out.integer(TAG.integer, request.version);
        text(request.dn);
        const { authentication } = request;
        if (authentication.kind === 'simple') out.octets(context(0), authentication.password);
        else
          out.element(constructed(3), () => {
            ascii(out, TAG.octetString, authentication.mechanism);
            if (authentication.credentials !== undefined) out.octets(TAG.octetString, authentication.credentials);
          });
      });
      break;
    case 'search':
      out.element(0x63, () => {
        text(request.base);
        out.integer(TAG.enumerated, ['base', 'one', 'sub', 'subordinates'].indexOf(request.scope));
        out.integer(TAG.enumerated, ['never', 'searching', 'finding', 'always'].indexOf(request.derefAliases));
        out.integer(TAG.integer, request.sizeLimit);
        out.integer(TAG.integer, request.timeLimit);
        out.boolean(TAG.boolean, request.typesOnly);
        writeFilter(out, request.filter);
        out.element(TAG.sequence, () => {
          for (const attribute of request.attributes) ascii(out, TAG.octetString, attribute);
        });
      });
      break;
    case 'modify':
      out.element(0x66, () => {
        text(request.dn);
        out.element(TAG.sequence, () => {
          for (const { operation, attribute } of request.modifications) {
            out.element(TAG.sequence, () => {
              out.integer(TAG.enumerated, ['add', 'delete', 'replace', 'increment'].indexOf(operation));
              writeAttribute(out, attribute);
            });
          }
        });
      });
      break;
    case 'add':
      out.element(0x68, () => {
        text(request.dn);
        out.element(TAG.sequence, () => {
          for (const attribute of request.attributes) writeAttribute(out, attribute);
        });
      });
      break;
    case 'delete':
      out.text(0x4a, request.dn);
      break;
    case 'modifyDn':
      out.element(0x6c, () => {
        text(request.dn);
        text(request.newRdn);
        out.boolean(TAG.boolean, request.deleteOldRdn);
        if (request.newSuperior !== undefined) out.text(context(0), request.newSuperior);
      });
      break;
    case 'compare':
      out.element(0x6e, () => {
        text(request.dn);
        out.element(TAG.sequence, () => {
          ascii(out, TAG.octetString, request.attribute);
          out.octets(TAG.octetString, request.value);
        });
      });
      break;
    case 'extended':
      out.element(0x77, () => {
        ascii(out, context(0), request.oid);
        if (request.value !== undefined) out.octets(context(1), request.value);
      });
      break;
    case 'abandon':
      out.integer(0x50, request.id);
      break;
    case 'unbind':
      out.header(0x42, 0);
      break;
  }
}

function writeAttribute(out: Output, attribute: { readonly description: string; readonly values: readonly Buffer[] }): void {
  out.element(TAG.sequence, () => {
    ascii(out, TAG.octetString, attribute.description);
    out.element(TAG.set, () => {
      for (const value of attribute.values) out.octets(TAG.octetString, value);
    });
  });
}

const assertionTags = { equality: 3, greaterOrEqual: 5, lessOrEqual: 6, approx: 8 } as const;

/** A filter as it stands in a search. */
export function encodeFilter(filter: Filter): Buffer {
  return encodeBytes((out) => writeFilter(out, filter));
}

function writeFilter(out: Output, filter: Filter): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      out.element(constructed(filter.kind === 'and' ? 0 : 1), () => {
        for (const inner of filter.filters) writeFilter(out, inner);
      });
      break;
    case 'not':
      out.element(constructed(2), () => writeFilter(out, filter.filter));
      break;
    case 'present':
      ascii(out, context(7), filter.attribute);
      break;
    case 'substrings':
      out.element(constructed(4), () => {
        ascii(out, TAG.octetString, filter.attribute);
        out.element(TAG.sequence, () => {
          if (filter.initial !== undefined) out.octets(context(0), filter.initial);
          for (const piece of filter.any) out.octets(context(1), piece);
          if (filter.final !== undefined) out.octets(context(2), filter.final);
        });
      });
      break;
    case 'extensible':
      out.element(constructed(9), () => {
        if (filter.rule !== undefined) ascii(out, context(1), filter.rule);
        if (filter.attribute !== undefined) ascii(out, context(2), filter.attribute);
        out.octets(context(3), filter.value);
        if (filter.dnAttributes) out.boolean(context(4), true);
      });
      break;
    default:
      out.element(constructed(assertionTags[filter.kind]), () => {
        ascii(out, TAG.octetString, filter.attribute);
        out.octets(TAG.octetString, filter.value);
      });
      break;
  }
}
