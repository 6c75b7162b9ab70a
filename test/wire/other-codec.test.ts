import { createRequire } from 'node:module';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatFilter } from '../../directory/model/filter-text.ts';
import { Output } from '../../directory/wire/ber.ts';
import { decodeMessage } from '../../directory/wire/decode.ts';
import { encodeAttribute, encodeEntry, encodeResult } from '../../directory/wire/encode.ts';
import type { Message, Request } from '../../directory/wire/messages.ts';
import { limits } from './bytes.ts';

/** The part of ldapjs's packages that is used here; they come without types. */
interface Codec {
  readonly messages: Readonly<Record<string, new (fields: object) => { toBer(): { buffer: Buffer } }>> & {
    readonly LdapMessage: { parse(reader: object): { readonly messageId: number; readonly pojo: Readonly<Record<string, unknown>> } };
  };
  readonly asn1: { readonly BerReader: new (bytes: Buffer) => object };
  readonly attribute: new (fields: object) => object;
  readonly change: new (fields: object) => object;
  readonly filter: { parseString(text: string): object };
  readonly controls: Readonly<Record<string, new (fields: object) => object>>;
}

const installed = createRequire(createRequire(import.meta.url).resolve('ldapjs'));
const codec: Codec = {
  messages: installed('@ldapjs/messages'),
  asn1: installed('@ldapjs/asn1'),
  attribute: installed('@ldapjs/attribute'),
  change: installed('@ldapjs/change'),
  filter: installed('@ldapjs/filter'),
  controls: installed('@ldapjs/controls'),
};

function encoded(kind: string, fields: object): Buffer {
  const { [kind]: Kind } = codec.messages;
  if (Kind === undefined) throw new Error(`no ${kind}`);
  return Buffer.from(new Kind({ messageId: 5, ...fields }).toBer().buffer);
}

const bytes = (text: string): Buffer => Buffer.from(text);
const attribute = (type: string, ...values: readonly string[]) => new codec.attribute({ type, values });
const change = (operation: string, type: string, ...values: readonly string[]) =>
  new codec.change({ operation, modification: attribute(type, ...values) });

const rows: readonly { kind: string; fields: object; request: Request }[] = [
  {
    kind: 'BindRequest',
    fields: { name: 'uid=ada,dc=example', credentials: 'secret' },
    request: { op: 'bind', version: 3, dn: 'uid=ada,dc=example', authentication: { kind: 'simple', password: bytes('secret') } },
  },
  {
    kind: 'AddRequest',
    fields: { entry: 'uid=ada,dc=example', attributes: [attribute('cn', 'Ada', 'Ada Lovelace'), attribute('sn', 'Löve')] },
    request: {
      op: 'add',
      dn: 'uid=ada,dc=example',
      attributes: [
        { description: 'cn', values: [bytes('Ada'), bytes('Ada Lovelace')] },
        { description: 'sn', values: [bytes('Löve')] },
      ],
    },
  },
  {
    kind: 'ModifyRequest',
    fields: { object: 'uid=ada,dc=example', changes: [change('replace', 'cn', 'Ada'), change('delete', 'mail')] },
    request: {
      op: 'modify',
      dn: 'uid=ada,dc=example',
      modifications: [
        { operation: 'replace', attribute: { description: 'cn', values: [bytes('Ada')] } },
        { operation: 'delete', attribute: { description: 'mail', values: [] } },
      ],
    },
  },
  {
    kind: 'ModifyDnRequest',
    fields: { entry: 'uid=ada,dc=example', newRdn: 'uid=countess', deleteOldRdn: true, newSuperior: 'ou=staff,dc=example' },
    request: { op: 'modifyDn', dn: 'uid=ada,dc=example', newRdn: 'uid=countess', deleteOldRdn: true, newSuperior: 'ou=staff,dc=example' },
  },
  { kind: 'DeleteRequest', fields: { entry: 'uid=ada,dc=example' }, request: { op: 'delete', dn: 'uid=ada,dc=example' } },
  {
    kind: 'CompareRequest',
    fields: { entry: 'uid=ada,dc=example', attribute: 'cn', value: 'Ada' },
    request: { op: 'compare', dn: 'uid=ada,dc=example', attribute: 'cn', value: bytes('Ada') },
  },
  { kind: 'AbandonRequest', fields: { abandonId: 300 }, request: { op: 'abandon', id: 300 } },
  { kind: 'UnbindRequest', fields: {}, request: { op: 'unbind' } },
  {
    kind: 'ExtensionRequest',
    fields: { requestName: '1.3.6.1.4.1.4203.1.11.3' },
    request: { op: 'extended', oid: '1.3.6.1.4.1.4203.1.11.3', value: undefined },
  },
];

for (const { kind, fields, request } of rows) {
  test(`a ${kind} of ldapjs is read`, () => assert.equal(decodeMessage(encoded(kind, fields), limits).request, request));
}

for (const text of [
  '(uid=ada)',
  '(cn=*)',
  '(cn=a*b*c)',
  '(cn=*b*)',
  '(uidNumber>=5)',
  '(uidNumber<=5)',
  '(cn~=ada)',
  '(cn:dn:caseExactMatch:=Ada)',
  '(&(objectClass=person)(|(uid=a)(!(mail=*@example.org))))',
]) {
  test(`the filter ${text} of ldapjs is read`, () => {
    const filter = codec.filter.parseString(text);
    const { request } = decodeMessage(
      encoded('SearchRequest', { baseObject: 'dc=example', scope: 'subtree', filter, attributes: ['cn'] }),
      limits,
    );
    if (request.op !== 'search') throw new Error('a search is expected');
    assert.is(formatFilter(request.filter), text);
    assert.equal([request.base, request.scope, request.attributes], ['dc=example', 'sub', ['cn']]);
  });
}

test('a control of ldapjs is read', () => {
  const { PagedResultsControl } = codec.controls;
  if (PagedResultsControl === undefined) throw new Error('no paged results');
  const controls = [new PagedResultsControl({ value: { size: 10 } })];
  const message: Message = decodeMessage(encoded('DeleteRequest', { entry: 'dc=example', controls }), limits);
  assert.equal(message.controls, [{ oid: '1.2.840.113556.1.4.319', critical: false, value: Buffer.from('300502010a0400', 'hex') }]);
});

function parsed(write: (out: Output) => void) {
  const out = new Output();
  write(out);
  return codec.messages.LdapMessage.parse(new codec.asn1.BerReader(out.take()));
}

test('ldapjs reads an entry', () => {
  const source = Buffer.concat([bytes('uid=ada,dc=example'), encodeAttribute('cn', [bytes('Ada'), bytes('x'.repeat(300))])]);
  const { messageId, pojo } = parsed((out) => encodeEntry(out, 70_000, source, 18, [18, source.length], [encodeAttribute('sn', [])]));
  assert.is(messageId, 70_000);
  assert.is(pojo['objectName'], 'uid=ada,dc=example');
  assert.equal(pojo['attributes'], [
    { type: 'cn', values: ['Ada', 'x'.repeat(300)] },
    { type: 'sn', values: [] },
  ]);
});

test('ldapjs reads results', () => {
  for (const op of ['bind', 'search', 'modify', 'add', 'delete', 'modifyDn', 'compare', 'extended'] as const) {
    const { pojo } = parsed((out) => encodeResult(out, 5, op, { kind: 'noSuchObject', matchedDn: 'dc=example', text: 'none' }));
    assert.equal([pojo['status'], pojo['matchedDN'], pojo['diagnosticMessage']], [32, 'dc=example', 'none']);
  }
});

test.run();
