import { join } from 'node:path';
import { judgeBy } from '../support/foreign-script.ts';

judgeBy({
  name: 'Net::LDAP',
  command: 'perl',
  words: [join(import.meta.dirname, 'scripts/net-ldap.pl')],
  probe: ['-e', 'use Net::LDAP; use IO::Socket::SSL;'],
  steps: [
    'StartTLS',
    'ldaps',
    'bind',
    'search',
    'paged results',
    'sort and matched values',
    'no such object',
    'add',
    'modify',
    'compare',
    'rename',
    'delete',
    'password modify',
    'password policy',
    'read before and after, assertion',
    'proxied authorization',
    'referral',
    'root DSE and schema',
    'content synchronization',
    'LDIF',
  ],
});
