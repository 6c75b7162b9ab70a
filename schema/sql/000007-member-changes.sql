-- Whom a change of a group put into it or took out of it, so that a member's history is found without reading the groups' log.

CREATE TABLE mos.member_change (
  csn         bigint NOT NULL,
  member_uuid uuid NOT NULL,
  attribute   text NOT NULL,
  joined      boolean NOT NULL,
  CONSTRAINT member_change_pkey PRIMARY KEY (member_uuid, csn),
  CONSTRAINT member_change_of_revision_fkey FOREIGN KEY (csn) REFERENCES mos.revision (csn)
);

COMMENT ON TABLE mos.member_change IS 'Whom a revision of a group put into it or took out of it';
COMMENT ON COLUMN mos.member_change.csn IS 'The revision of the group';
COMMENT ON COLUMN mos.member_change.member_uuid IS 'Who came or went; no foreign key, because the log outlives entries';
COMMENT ON COLUMN mos.member_change.attribute IS 'The attribute by which the group named them: member or uniqueMember';
COMMENT ON COLUMN mos.member_change.joined IS 'false: taken out';

-- What is in the log already. LDIF folds long lines and writes what is not ASCII as base64 (RFC 2849).
INSERT INTO mos.member_change (csn, member_uuid, attribute, joined)
WITH RECURSIVE present AS (
  SELECT entry_uuid, rdn AS dn FROM mos.entry WHERE parent_uuid IS NULL
  UNION ALL
  SELECT entry.entry_uuid, entry.rdn || ',' || above.dn FROM mos.entry AS entry JOIN present AS above ON entry.parent_uuid = above.entry_uuid
), first AS (
  SELECT entry_uuid, min(csn) AS csn FROM mos.revision GROUP BY entry_uuid
), named AS ( -- who had which name, from when until when: the name before each change, and the one that is left
  SELECT entry_uuid, lower(dn) AS name, coalesce(lag(csn) OVER (PARTITION BY entry_uuid ORDER BY csn), csn - 1) AS since, csn AS until
  FROM mos.revision
  UNION ALL
  SELECT entry_uuid, lower(present.dn), (SELECT max(csn) FROM mos.revision AS last WHERE last.entry_uuid = present.entry_uuid), NULL
  FROM present
), part AS (
  SELECT r.csn, r.operation, r.before, kind.attribute, part.text,
    lower(substring(part.text FROM '(?in)^((?:add|delete|replace): (?:member|uniqueMember))$')) AS head
  FROM mos.revision AS r
  CROSS JOIN LATERAL string_to_table(replace(r.change, E'\n ', ''), E'\n-\n') AS part (text)
  CROSS JOIN (VALUES ('member'), ('uniqueMember')) AS kind (attribute)
  WHERE r.cause = 'request' AND r.state = 'applied' AND r.operation IN ('add', 'modify') AND part.text ~* 'member'
), given AS (
  SELECT part.csn, part.attribute, part.operation, part.head, value.text AS name
  FROM part CROSS JOIN LATERAL (
    SELECT CASE WHEN match[1] = '::' THEN convert_from(decode(match[2], 'base64'), 'UTF8') ELSE match[2] END
    FROM regexp_matches(part.text, '^' || part.attribute || '(::?) (.*)$', 'gin') AS match
  ) AS value (text)
), had AS (
  SELECT part.csn, part.attribute, part.head, value.text AS name
  FROM part CROSS JOIN LATERAL jsonb_array_elements_text(part.before -> part.attribute) AS value (text)
  WHERE part.head IN (lower('replace: ' || part.attribute), lower('delete: ' || part.attribute))
), changed AS (
  SELECT csn, attribute, name, true AS joined FROM given
  WHERE operation = 'add' OR head = lower('add: ' || attribute)
    OR (head = lower('replace: ' || attribute) AND NOT EXISTS (
      SELECT FROM had WHERE had.csn = given.csn AND had.attribute = given.attribute AND lower(had.name) = lower(given.name)))
  UNION ALL
  SELECT csn, attribute, name, false FROM given WHERE head = lower('delete: ' || attribute)
  UNION ALL -- all of them
  SELECT csn, attribute, name, false FROM had
  WHERE NOT EXISTS (
    SELECT FROM given WHERE given.csn = had.csn AND given.attribute = had.attribute AND given.head = had.head
      AND (had.head LIKE 'delete%' OR lower(given.name) = lower(had.name)))
)
SELECT DISTINCT ON (named.entry_uuid, changed.csn) changed.csn, named.entry_uuid, changed.attribute, changed.joined
FROM changed
JOIN named ON named.name = lower(changed.name) AND named.since < changed.csn AND (named.until IS NULL OR changed.csn <= named.until)
JOIN first ON first.entry_uuid = named.entry_uuid AND first.csn <= changed.csn
ORDER BY named.entry_uuid, changed.csn, changed.attribute, changed.joined DESC;

CREATE TRIGGER member_change_keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON mos.member_change FOR EACH STATEMENT EXECUTE FUNCTION mos.keep_log();
