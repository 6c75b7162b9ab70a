import type { DirectoryError } from '../../directory/model/errors.ts';
import type { Visit } from '../visit.ts';

/** What the directory has said, in LDAP's word for it and in ours. */
export function refusalOf({ t }: Pick<Visit, 't'>, error: DirectoryError): string {
  return t('browser.refused', { kind: error.kind, reason: error.message || t('browser.noReason') });
}
