import { join } from 'node:path';
import { judgeBy } from '../support/foreign-script.ts';

judgeBy({
  name: 'python-ldap',
  // the system's own: python3-ldap belongs to it
  command: '/usr/bin/python3',
  words: [join(import.meta.dirname, 'scripts/python-ldap.py')],
  probe: ['-c', 'import ldap'],
  steps: [
    'StartTLS',
    'ldaps',
    'bind',
    'search',
    'size limit',
    'paged results',
    'sort',
    'no such object',
    'add',
    'modify',
    'increment',
    'compare',
    'rename',
    'delete',
    'password modify',
    'password policy',
    'read before and after, assertion',
    'proxied authorization',
    'referral',
    'root DSE',
    'schema',
    'content synchronization',
  ],
});
