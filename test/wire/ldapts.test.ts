import {
  AbandonRequest,
  AddRequest,
  Attribute,
  BindRequest,
  Change,
  CompareRequest,
  DeleteRequest,
  ExtendedRequest,
  FilterParser,
  ModifyDNRequest,
  ModifyRequest,
  PagedResultsControl,
  SearchRequest,
  UnbindRequest,
} from 'ldapts';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeMessage } from '../../directory/wire/decode.ts';
import { wireRequests } from '../cases/wire-openldap.ts';
import { limits } from './bytes.ts';
import { plain } from './plain.ts';

for (const { name, hex, expected, controls = [] } of wireRequests) {
  test(`OpenLDAP's tools: ${name}`, () => {
    const message = decodeMessage(Buffer.from(hex, 'hex'), limits);
    assert.is(message.id, Number.parseInt(hex.slice(hex.indexOf('0201') + 4).slice(0, 2), 16));
    assert.equal(plain(message.request), expected);
    assert.equal(
      message.controls.map(({ oid, critical, value }) => [oid, critical, value?.toString('hex')]),
      controls,
    );
  });
}

const search = { op: 'search', base: 'dc=x', derefAliases: 'never', sizeLimit: 0, timeLimit: 0, typesOnly: false };

/** Requests by the classes of ldapts. */
const byLdapts: readonly (readonly [name: string, request: { write(): Buffer }, expected: Readonly<Record<string, unknown>>])[] = [
  [
    'a simple bind',
    new BindRequest({ messageId: 9, dn: 'cn=é,dc=x', password: 'geheim' }),
    { op: 'bind', version: 3, dn: 'cn=é,dc=x', authentication: { kind: 'simple', password: 'geheim' } },
  ],
  [
    'SASL PLAIN',
    new BindRequest({ messageId: 9, dn: '', mechanism: 'PLAIN', password: '\0ada\0pw' }),
    { op: 'bind', version: 3, dn: '', authentication: { kind: 'sasl', mechanism: 'PLAIN', credentials: '\0ada\0pw' } },
  ],
  [
    'SASL EXTERNAL with empty credentials, which is what ldapts sends for none',
    new BindRequest({ messageId: 9, dn: '', mechanism: 'EXTERNAL' }),
    { op: 'bind', version: 3, dn: '', authentication: { kind: 'sasl', mechanism: 'EXTERNAL', credentials: '' } },
  ],
  [
    'a search',
    new SearchRequest({
      messageId: 9,
      baseDN: 'dc=x',
      scope: 'subordinates',
      sizeLimit: 2 ** 31 - 1,
      filter: FilterParser.parseString('(&(cn=*a*)(!(sn>=5)))'),
      attributes: ['cn;lang-de'],
    }),
    {
      ...search,
      scope: 'subordinates',
      sizeLimit: 2 ** 31 - 1,
      timeLimit: 10,
      filter: {
        kind: 'and',
        filters: [
          { kind: 'substrings', attribute: 'cn', any: ['a'] },
          { kind: 'not', filter: { kind: 'greaterOrEqual', attribute: 'sn', value: '5' } },
        ],
      },
      attributes: ['cn;lang-de'],
    },
  ],
  [
    'an add of thousands of values',
    new AddRequest({
      messageId: 9,
      dn: 'cn=a',
      attributes: [new Attribute({ type: 'member', values: Array.from({ length: 3000 }, (_, n) => `cn=${n}`) })],
    }),
    {
      op: 'add',
      dn: 'cn=a',
      attributes: [{ description: 'member', values: Array.from({ length: 3000 }, (_, n) => `cn=${n}`) }],
    },
  ],
  [
    'a modify',
    new ModifyRequest({
      messageId: 9,
      dn: 'cn=a',
      changes: [new Change({ operation: 'replace', modification: new Attribute({ type: 'mail', values: [] }) })],
    }),
    { op: 'modify', dn: 'cn=a', modifications: [{ operation: 'replace', attribute: { description: 'mail', values: [] } }] },
  ],
  ['a delete', new DeleteRequest({ messageId: 9, dn: 'cn=a' }), { op: 'delete', dn: 'cn=a' }],
  [
    'a modifyDN',
    new ModifyDNRequest({ messageId: 9, dn: 'cn=a', newRdn: 'cn=b', deleteOldRdn: true, newSuperior: 'dc=x' }),
    { op: 'modifyDn', dn: 'cn=a', newRdn: 'cn=b', deleteOldRdn: true, newSuperior: 'dc=x' },
  ],
  [
    'a compare',
    new CompareRequest({ messageId: 9, dn: 'cn=a', attribute: 'cn', value: 'ä' }),
    { op: 'compare', dn: 'cn=a', attribute: 'cn', value: 'ä' },
  ],
  ['an extended request', new ExtendedRequest({ messageId: 9, oid: '1.2', value: 'v' }), { op: 'extended', oid: '1.2', value: 'v' }],
  ['an abandon', new AbandonRequest({ messageId: 9, abandonId: 300 }), { op: 'abandon', id: 300 }],
  ['an unbind', new UnbindRequest({ messageId: 9 }), { op: 'unbind' }],
];

for (const [name, request, expected] of byLdapts) {
  test(`ldapts: ${name}`, () => {
    const message = decodeMessage(request.write(), limits);
    assert.is(message.id, 9);
    assert.equal(plain(message.request), expected);
    assert.is(message.controls.length, 0);
  });
}

test('ldapts: the paged results control', () => {
  const paged = new PagedResultsControl({ value: { size: 7, cookie: Buffer.from('next') } });
  const request = new DeleteRequest({ messageId: 1, dn: 'cn=a', controls: [paged] });
  const { controls } = decodeMessage(request.write(), limits);
  assert.equal(controls.map(plain), [{ oid: '1.2.840.113556.1.4.319', critical: false, value: '0\t\u0002\u0001\u0007\u0004\u0004next' }]);
});

test('the largest message ID there is', () => {
  assert.is(decodeMessage(new UnbindRequest({ messageId: 2 ** 31 - 1 }).write(), limits).id, 2 ** 31 - 1);
});

test('a list of attributes that comes again is the same array', () => {
  const pdu = (list: string[]) => new SearchRequest({ messageId: 1, filter: FilterParser.parseString('(a=*)'), attributes: list }).write();
  const listOf = (list: string[]) => {
    const { request } = decodeMessage(pdu(list), limits);
    return request.op === 'search' ? request.attributes : undefined;
  };
  assert.is(listOf(['cn', 'sn']), listOf(['cn', 'sn']));
  assert.is.not(listOf(['cn', 'sn']), listOf(['sn', 'cn']));
});

test.run();
