-- A token ends with the password that its owner had when it was made, as a session does.

ALTER TABLE mos.api_token ADD COLUMN password_changed text;

-- Those that there are go on; the password of today is theirs.
UPDATE mos.api_token AS token SET password_changed = coalesce(entry.attributes -> 'pwdChangedTime' ->> 0, '')
FROM mos.entry AS entry WHERE entry.entry_uuid = token.entry_uuid;

ALTER TABLE mos.api_token ALTER COLUMN password_changed SET NOT NULL;

COMMENT ON COLUMN mos.api_token.password_changed IS 'What names the password of then: pwdChangedTime. Another password ends it';
