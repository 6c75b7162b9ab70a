import { join } from 'node:path';
import { judgeBy } from '../support/foreign-script.ts';

judgeBy({
  name: 'PHP ldap',
  command: 'php',
  words: [join(import.meta.dirname, 'scripts/php-ldap.php')],
  probe: ['-r', 'exit(extension_loaded("ldap") ? 0 : 1);'],
  steps: [
    'StartTLS',
    'ldaps',
    'bind',
    'search',
    'paged results',
    'sort',
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
  ],
});
