import type { PackedEntry } from '../../directory/core/packed-entry.ts';
import { DirectoryError } from '../../directory/model/errors.ts';
import type { FieldErrors } from '../answer.ts';
import type { Form } from '../form.ts';
import type { Visit } from '../visit.ts';

/** Characters; a form takes no more. */
const longest = 1024;

/** A new password that was typed twice, or what is wrong with it. */
export function typedPassword({ t }: Visit, form: Form): { readonly password: string } | { readonly errors: FieldErrors } {
  const [password, again] = [form.raw('newPassword'), form.raw('againPassword')];
  if (password === '') return { errors: { newPassword: t('password.empty') } };
  if (password.length > longest) return { errors: { newPassword: t('password.tooLong', { most: longest }) } };
  if (password !== again) return { errors: { againPassword: t('password.different') } };
  return { password };
}

/**
 * What the password policy has against a new password, beside the field that it is about.
 * @returns undefined for an error that is not the policy's
 */
export function policyErrors({ t, site }: Visit, entry: PackedEntry, password: string, error: unknown): FieldErrors | undefined {
  if (!(error instanceof DirectoryError)) return undefined;
  const { minLength, maxLength } = site.directory.policies.of(entry);
  switch (error.passwordPolicy) {
    case 'passwordTooShort':
      return { newPassword: t('password.tooShort', { least: minLength }) };
    case 'insufficientPasswordQuality': {
      const isLong = maxLength > 0 && [...password].length > maxLength;
      return { newPassword: isLong ? t('password.tooLong', { most: maxLength }) : t('password.common') };
    }
    case 'passwordInHistory':
      return { newPassword: t('password.used') };
    case 'passwordTooYoung':
      return { form: t('password.young') };
    case 'passwordModNotAllowed':
      return { form: t('password.fixed') };
    default:
      return undefined;
  }
}

/** What a new password has to be like, for the page. */
export function passwordRules({ site }: Visit, entry: PackedEntry): { readonly least: number } {
  const { minLength, checkQuality } = site.directory.policies.of(entry);
  return { least: checkQuality === 0 ? 0 : minLength };
}
