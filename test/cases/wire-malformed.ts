/** Messages that can't be read as requests. `text` is a part of the error's text. */
export interface MalformedRow {
  readonly name: string;
  readonly hex: string;
  readonly text: string;
}

/** Nobody can be answered: the connection ends. */
export const unreadable: readonly MalformedRow[] = [
  { name: 'nothing', hex: '', text: 'the end' },
  { name: 'no sequence', hex: '3105 020103 4200', text: 'tag 0x30' },
  { name: 'an empty message', hex: '3000', text: 'tag 0x2' },
  { name: 'bytes behind the message', hex: '3005 020103 4200 00', text: 'more' },
  { name: 'a length of 0xffffffff', hex: '3084ffffffff 020103 4200', text: 'longer than the one around it' },
  { name: 'an indefinite length', hex: '3080 020103 4200 0000', text: 'definite' },
  { name: 'a length of five bytes', hex: '3085 0000000005 020103 4200', text: 'four bytes' },
  { name: 'a length that is cut off', hex: '308200', text: 'cut off' },
  { name: 'no message ID', hex: '3002 4200', text: 'tag 0x2' },
  { name: 'a message ID without bytes', hex: '3004 0200 4200', text: 'integer' },
  { name: 'a message ID of five bytes', hex: '3009 0205 0000000001 4200', text: 'integer' },
  { name: 'a negative message ID', hex: '3005 0201ff 4200', text: 'negative' },
  { name: 'a message ID with the highest bit set', hex: '3008 020480000000 4200', text: 'negative' },
  { name: "message ID 0, which is the server's", hex: '3005 020100 4200', text: 'belongs to the server' },
  { name: 'no operation', hex: '3003 020103', text: 'not a request' },
  { name: 'an unknown operation', hex: '3005 020103 7f00', text: 'not a request' },
  { name: 'a response', hex: '300c 020103 6507 0a0100 0400 0400', text: 'not a request' },
];

export interface RefusedRow extends MalformedRow {
  readonly op: string;
  readonly kind?: string;
}

/** The message ID is 7 in each. Tags or lengths are wrong: there is a request to name, but the connection ends (RFC 4511 §4.1.1). */
export const broken: readonly RefusedRow[] = [
  { name: 'a bind without a version', op: 'bind', hex: '3009 020107 6004 0400 8000', text: 'tag 0x2' },
  { name: 'a bind that ends early', op: 'bind', hex: '3008 020107 6003 020103', text: 'tag 0x4' },
  {
    name: 'a DN that is longer than its bind',
    op: 'bind',
    hex: '300c 020107 6007 020103 0405 8000',
    text: 'longer than the one around it',
  },
  { name: 'a DN of 0xffffffff bytes', op: 'compare', hex: '300b 020107 6e06 0484ffffffff', text: 'longer than the one around it' },
  { name: 'a body of 0xffffffff bytes', op: 'delete', hex: '3009 020107 4a84ffffffff', text: 'longer than the one around it' },
  { name: 'something behind the password', op: 'bind', hex: '300e 020107 6009 020103 0400 8000 8000', text: 'more' },
  { name: 'a constructed octet string', op: 'compare', hex: '3010 020107 6e0b 2402 0400 3005 0401 61 0400', text: 'tag 0x4' },
  { name: 'an unbind with content', op: 'unbind', hex: '3006 020107 420100', text: 'no content' },
  { name: 'an abandon without a number', op: 'abandon', hex: '3005 020107 5000', text: 'integer' },
  { name: 'a boolean of two bytes', op: 'modifyDn', hex: '3012 020107 6c0d 0403 633d61 0400 0102ffff 8000', text: 'boolean' },
  { name: 'values that are no set', op: 'add', hex: '3011 020107 680c 0400 3008 3006 0401 61 3001 00', text: 'tag 0x31' },
  { name: 'a value that is no octet string', op: 'add', hex: '3013 020107 680e 0400 300a 3008 0401 61 3103 020100', text: 'tag 0x4' },
  { name: 'a compare without a value', op: 'compare', hex: '300c 020107 6e07 0400 3003 0401 61', text: 'tag 0x4' },
  { name: 'a second list of controls', op: 'unbind', hex: '3009 020107 4200 a000 a000', text: 'more' },
  { name: 'controls without a sequence', op: 'unbind', hex: '300a 020107 4200 a003 0401 31', text: 'tag 0x30' },
  { name: 'zeros behind the request', op: 'unbind', hex: '3007 020107 4200 0000', text: 'more' },
];

/** The message ID is 7 in each. The request is refused, and the next one can be read. */
export const refused: readonly RefusedRow[] = [
  {
    name: 'an unknown kind of authentication',
    op: 'bind',
    kind: 'authMethodNotSupported',
    hex: '300c 020107 6007 020103 0400 8100',
    text: 'SASL',
  },
  { name: 'a DN that is not UTF-8', op: 'delete', kind: 'invalidDNSyntax', hex: '3009 020107 4a04 636e3dff', text: 'UTF-8' },
  {
    name: 'a new RDN that is not UTF-8',
    op: 'modifyDn',
    kind: 'invalidDNSyntax',
    hex: '3010 020107 6c0b 0400 0404 636e3dc0 010100',
    text: 'UTF-8',
  },
  { name: 'a DN with a surrogate', op: 'delete', kind: 'invalidDNSyntax', hex: '300b 020107 4a06 636e3deda080', text: 'UTF-8' },
  { name: 'scope 4', op: 'search', hex: '301b 020107 6316 0400 0a0104 0a0100 020100 020100 010100 8701 61 3000', text: 'scope' },
  {
    name: 'alias dereferencing 4',
    op: 'search',
    hex: '301b 020107 6316 0400 0a0100 0a0104 020100 020100 010100 8701 61 3000',
    text: 'alias',
  },
  {
    name: 'a negative size limit',
    op: 'search',
    hex: '301b 020107 6316 0400 0a0100 0a0100 0201ff 020100 010100 8701 61 3000',
    text: 'size limit',
  },
  {
    name: 'a negative time limit',
    op: 'search',
    hex: '301b 020107 6316 0400 0a0100 0a0100 020100 0201ff 010100 8701 61 3000',
    text: 'time limit',
  },
  { name: 'a change of an unknown kind', op: 'modify', hex: '3015 020107 6610 0400 300c 300a 0a0104 3005 0401 61 3100', text: 'increment' },
  { name: 'the same control twice', op: 'unbind', hex: '3011 020107 4200 a00a 3003 0401 31 3003 0401 31', text: 'twice' },
];

export interface FilterRow {
  readonly name: string;
  /** the filter alone */
  readonly hex: string;
  readonly disconnects: boolean;
  readonly text: string;
}

export const wrongFilters: readonly FilterRow[] = [
  { name: 'no filter', hex: '', disconnects: true, text: '0x30 is not a filter' },
  { name: 'a universal tag', hex: '0401 61', disconnects: true, text: 'not a filter' },
  { name: 'an empty not', hex: 'a200', disconnects: true, text: 'not a filter' },
  { name: 'a not of two', hex: 'a206 8701 61 8701 62', disconnects: true, text: 'more' },
  { name: 'an equality without a value', hex: 'a303 0401 61', disconnects: true, text: 'tag 0x4' },
  { name: 'an equality with two values', hex: 'a307 0401 61 0400 0400', disconnects: true, text: 'more' },
  { name: 'an attribute longer than its filter', hex: 'a303 0409 61', disconnects: true, text: 'longer' },
  { name: 'substrings without a piece', hex: 'a405 0401 61 3000', disconnects: false, text: 'needs a piece' },
  { name: 'an empty piece', hex: 'a407 0401 61 3002 8100', disconnects: false, text: 'empty' },
  { name: 'an initial piece behind another', hex: 'a40b 0401 61 3006 8101 61 8001 62', disconnects: false, text: 'out of order' },
  { name: 'two initial pieces', hex: 'a40b 0401 61 3006 8001 61 8001 62', disconnects: false, text: 'out of order' },
  { name: 'a piece behind the final one', hex: 'a40b 0401 61 3006 8201 61 8101 62', disconnects: false, text: 'nothing comes after' },
  { name: 'a piece of an unknown kind', hex: 'a408 0401 61 3003 8301 61', disconnects: false, text: 'out of order' },
  { name: 'an extensible match of nothing', hex: 'a903 8301 61', disconnects: false, text: 'rule or an attribute' },
  { name: 'an extensible match without a value', hex: 'a903 8101 61', disconnects: true, text: 'tag 0x83' },
];
