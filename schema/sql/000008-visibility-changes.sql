-- Until when each person showed what, so that the history shows nobody what they could not see at the time.

CREATE TABLE mos.visibility_change (
  csn        bigint NOT NULL,
  entry_uuid uuid NOT NULL,
  before     text[] NOT NULL,
  CONSTRAINT visibility_change_pkey PRIMARY KEY (entry_uuid, csn),
  CONSTRAINT visibility_change_of_revision_fkey FOREIGN KEY (csn) REFERENCES mos.revision (csn)
);

COMMENT ON TABLE mos.visibility_change IS 'The revisions that changed who sees what of somebody';
COMMENT ON COLUMN mos.visibility_change.csn IS 'The revision of the entry';
COMMENT ON COLUMN mos.visibility_change.entry_uuid IS 'Whose entry; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.visibility_change.before IS 'The values of mosVisibility until then';

-- What is in the log already. Clients write names as they like; who had chosen nothing has no values from before.
INSERT INTO mos.visibility_change (csn, entry_uuid, before)
SELECT r.csn, r.entry_uuid, ARRAY(
  SELECT value #>> '{}' FROM jsonb_each(r.before) AS had (name, held), jsonb_array_elements(had.held) AS value
  WHERE lower(split_part(had.name, ';', 1)) = 'mosvisibility')
FROM mos.revision AS r
WHERE r.state = 'applied' AND r.operation = 'modify'
  AND r.change ~* '(?in)^(add|delete|replace): (mosVisibility|2\.25\.147613635203425053884535246041598603155\.1\.2)(;.*)?$';

CREATE TRIGGER visibility_change_keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON mos.visibility_change FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
