/** What a password policy refuses for (draft-behera-ldap-password-policy-10 §6.2), in the order of the errors' numbers. */
export const passwordPolicyErrors = [
  'passwordExpired',
  'accountLocked',
  'changeAfterReset',
  'passwordModNotAllowed',
  'mustSupplyOldPassword',
  'insufficientPasswordQuality',
  'passwordTooShort',
  'passwordTooYoung',
  'passwordInHistory',
] as const;

export type PasswordPolicyError = (typeof passwordPolicyErrors)[number];

/** What a password policy says beside an answer (draft-behera §6.2): at most one warning and one error. */
export interface PasswordPolicyResponse {
  /** Seconds until the password expires, or how many more logins with an expired one are allowed */
  readonly warning?: { readonly kind: 'timeBeforeExpiration' | 'graceAuthentications'; readonly value: number };
  readonly error?: PasswordPolicyError;
}
