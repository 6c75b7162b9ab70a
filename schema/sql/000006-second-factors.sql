-- Second factors of the web site: time-based codes, passkeys, recovery codes; and what keeps codes from being guessed.

ALTER TABLE mos.session ADD COLUMN proved_at timestamptz;
ALTER TABLE mos.session ADD COLUMN code_tries integer NOT NULL DEFAULT 0;
UPDATE mos.session SET proved_at = made_at;
ALTER TABLE mos.session ALTER COLUMN proved_at SET NOT NULL;

COMMENT ON COLUMN mos.session.proved_at IS 'When its owner last gave a password or a passkey; what opens doors for others later wants that to be fresh';
COMMENT ON COLUMN mos.session.code_tries IS 'Codes that were tried while the second factor was still to come';

CREATE TABLE mos.totp (
  entry_uuid   uuid NOT NULL,
  secret       bytea NOT NULL,
  made_at      timestamptz NOT NULL,
  confirmed_at timestamptz,
  last_step    bigint NOT NULL DEFAULT 0,
  CONSTRAINT totp_pkey PRIMARY KEY (entry_uuid),
  CONSTRAINT totp_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE
);

COMMENT ON TABLE mos.totp IS 'Whose second factor is a code that changes with time (RFC 6238)';
COMMENT ON COLUMN mos.totp.secret IS 'Encrypted under MOS_SECRET, with the entryUUID as additional data (AES-256-GCM): version, nonce, tag, secret';
COMMENT ON COLUMN mos.totp.confirmed_at IS 'When the first code was given; null: it counts for nothing yet';
COMMENT ON COLUMN mos.totp.last_step IS 'Time step of the code that was taken last; none up to it is taken again';

CREATE TABLE mos.passkey (
  credential_id bytea NOT NULL,
  entry_uuid    uuid NOT NULL,
  name          text NOT NULL,
  public_key    bytea NOT NULL,
  counter       bigint NOT NULL,
  transports    text[] NOT NULL,
  made_at       timestamptz NOT NULL,
  used_at       timestamptz,
  CONSTRAINT passkey_pkey PRIMARY KEY (credential_id),
  CONSTRAINT passkey_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE
);

CREATE INDEX passkey_of_entry ON mos.passkey (entry_uuid);

COMMENT ON TABLE mos.passkey IS 'Passkeys and security keys (WebAuthn)';
COMMENT ON COLUMN mos.passkey.name IS 'What its owner calls it';
COMMENT ON COLUMN mos.passkey.public_key IS 'COSE_Key (RFC 9052 §7)';
COMMENT ON COLUMN mos.passkey.counter IS 'Signatures that the key has made, where it counts; one that goes back is a copy';
COMMENT ON COLUMN mos.passkey.transports IS 'How browsers reach it: usb, nfc, internal, …';

CREATE TABLE mos.recovery_code (
  entry_uuid  uuid NOT NULL,
  code_digest bytea NOT NULL,
  made_at     timestamptz NOT NULL,
  CONSTRAINT recovery_code_pkey PRIMARY KEY (entry_uuid, code_digest),
  CONSTRAINT recovery_code_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE,
  CONSTRAINT recovery_code_is_sha256 CHECK (octet_length(code_digest) = 32)
);

COMMENT ON TABLE mos.recovery_code IS 'Codes on paper that stand for a second factor that was lost; each works once and is then gone';
COMMENT ON COLUMN mos.recovery_code.code_digest IS 'SHA-256 of entryUUID and code';

CREATE TABLE mos.code_attempt (
  entry_uuid   uuid NOT NULL,
  tries        integer NOT NULL,
  locked_until timestamptz NOT NULL,
  CONSTRAINT code_attempt_pkey PRIMARY KEY (entry_uuid),
  CONSTRAINT code_attempt_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE
);

COMMENT ON TABLE mos.code_attempt IS 'Codes that were tried since the last right one, so that a known password is not enough to guess them';
COMMENT ON COLUMN mos.code_attempt.tries IS 'Each counts before it is looked at';

CREATE TABLE mos.used_challenge (
  challenge_digest bytea NOT NULL,
  expires_at       timestamptz NOT NULL,
  CONSTRAINT used_challenge_pkey PRIMARY KEY (challenge_digest),
  CONSTRAINT used_challenge_is_sha256 CHECK (octet_length(challenge_digest) = 32)
);

CREATE INDEX used_challenge_by_end ON mos.used_challenge (expires_at);

COMMENT ON TABLE mos.used_challenge IS 'Challenges that a passkey has answered; until they expire, none is taken again';
