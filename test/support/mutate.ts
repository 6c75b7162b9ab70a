// Valid messages made wrong: at the level of BER elements, so that most mistakes reach what lies behind the framing.
import { ber, type Element, elements } from './raw-client.ts';

/** A number from 0 up to, not including, `below`. */
type Pick = (below: number) => number;

interface Node {
  tag: number;
  content: Buffer;
  inner: Node[] | undefined;
}

function parse({ tag, content }: Element): Node {
  return { tag, content, inner: (tag & 0x20) === 0 ? undefined : tryElements(content)?.map(parse) };
}

function tryElements(content: Buffer): Element[] | undefined {
  try {
    return elements(content);
  } catch {
    return undefined;
  }
}

function print({ tag, content, inner }: Node): Buffer {
  return ber(tag, ...(inner === undefined ? [content] : inner.map(print)));
}

function all(node: Node): Node[] {
  return [node, ...(node.inner ?? []).flatMap(all)];
}

/** Text that is dear to mistakes: DNs, filters, numbers, times, UTF-8 and what is none. */
const telling: readonly Buffer[] = [
  ...[
    '',
    '*',
    '\0',
    ',',
    '=',
    'cn=',
    'cn=a,',
    '+',
    '\\',
    '\\2',
    'cn=\\zz',
    '#04',
    'a'.repeat(10_000),
    ' '.repeat(300),
    '{ARGON2}$argon2id$v=19$m=1$',
  ],
  ...[
    'constructor',
    '__proto__',
    'toString',
    '1.2.3',
    '2.5.4.3;lang-',
    '99999999999999999999',
    '-1',
    '20240230000000Z',
    '"',
    '(cn=*)',
    '@top',
    '+',
  ],
].map((text) => Buffer.from(text));
const bytes: readonly Buffer[] = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0x80, 0, 0, 0]),
  Buffer.from([0x7f, 0xff, 0xff, 0xff]),
];
const tags = [
  0x01, 0x02, 0x04, 0x0a, 0x30, 0x31, 0x60, 0x63, 0x66, 0x68, 0x6c, 0x6e, 0x77, 0x80, 0x81, 0x83, 0x87, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa9,
];

/** One message with one to three mistakes; its lengths are right, unless the last mistake is in them. */
export function mutate(original: Buffer, pick: Pick): Buffer {
  const [root] = elements(original).map(parse);
  if (root === undefined) return original;
  for (let times = 1 + pick(3); times > 0; times--) mutateNode(root, pick);
  const printed = print(root);
  return pick(10) === 0 ? scratched(printed, pick) : printed;
}

function mutateNode(root: Node, pick: Pick): void {
  const nodes = all(root).slice(1);
  const node = nodes[pick(nodes.length)];
  if (node === undefined) return;
  const list = node.inner;
  switch (pick(9)) {
    case 0:
      node.tag = tags[pick(tags.length)] ?? 0;
      break;
    case 1:
      node.content = telling[pick(telling.length)] ?? node.content;
      node.inner = undefined;
      break;
    case 2:
      node.content = bytes[pick(bytes.length)] ?? node.content;
      node.inner = undefined;
      break;
    case 3:
      list?.splice(pick(list.length), 1);
      break;
    case 4:
      list?.splice(pick(list.length), 0, ...list.slice(pick(list.length)));
      break;
    case 5:
      list?.reverse();
      break;
    case 6:
      for (let times = 1 << pick(7); times > 0 && list !== undefined; times--) list.push(...list.slice(0, 1));
      break;
    case 7: {
      const other = nodes[pick(nodes.length)];
      if (other !== undefined && !all(other).includes(node)) Object.assign(node, structuredCopy(other));
      break;
    }
    default:
      if (list === undefined) node.content = Buffer.concat([node.content, node.content]);
      else node.inner = [{ tag: node.tag, content: node.content, inner: list }];
  }
}

function structuredCopy({ tag, content, inner }: Node): Node {
  return { tag, content, inner: inner?.map(structuredCopy) };
}

/** A byte that is another, is missing, or is there twice. */
function scratched(message: Buffer, pick: Pick): Buffer {
  const at = pick(message.length);
  const kind = pick(3);
  if (kind === 0) {
    message[at] = pick(256);
    return message;
  }
  return Buffer.concat([message.subarray(0, at), message.subarray(kind === 1 ? at + 1 : Math.max(at - 1, 0))]);
}
