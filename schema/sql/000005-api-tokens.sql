-- Tokens by which programs of members use the site as they do.

CREATE TABLE mos.api_token (
  token_digest bytea NOT NULL,
  id           uuid NOT NULL DEFAULT gen_random_uuid(),
  entry_uuid   uuid NOT NULL,
  name         text NOT NULL,
  scopes       text[] NOT NULL,
  made_at      timestamptz NOT NULL,
  used_at      timestamptz,
  expires_at   timestamptz NOT NULL,
  CONSTRAINT api_token_pkey PRIMARY KEY (token_digest),
  CONSTRAINT api_token_id_key UNIQUE (id),
  CONSTRAINT api_token_entry_fkey FOREIGN KEY (entry_uuid) REFERENCES mos.entry (entry_uuid) ON DELETE CASCADE,
  CONSTRAINT api_token_is_sha256 CHECK (octet_length(token_digest) = 32),
  CONSTRAINT api_token_scopes_known CHECK (scopes <@ ARRAY['read', 'write', 'board:read', 'board:write'])
);

CREATE INDEX api_token_of_entry ON mos.api_token (entry_uuid);

COMMENT ON TABLE mos.api_token IS 'Tokens of members for their programs; each may what its member may, within its scopes';
COMMENT ON COLUMN mos.api_token.token_digest IS 'SHA-256 of the token, which is kept nowhere';
COMMENT ON COLUMN mos.api_token.used_at IS 'When it was last used, to the minute; null: never';
