import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const lines = sql.type(z.object({ line: z.string() }));

/** What the migrations have made, as SQL: the same text for the same schema on every version of Postgres. */
export async function printSchema(pool: DatabasePool): Promise<string> {
  const found = await pool.manyFirst(lines`
    WITH relation AS (
      SELECT c.oid, c.relname, c.relkind FROM pg_class AS c WHERE c.relnamespace = 'mos'::regnamespace AND c.relkind IN ('r', 'v', 'S')
    ), part AS (
      SELECT 1 AS section, relname AS name, '' AS within, 0 AS place,
             format(E'\nCREATE TABLE mos.%s (\n%s\n);', relname,
                    (SELECT string_agg(format('  %s %s%s%s', quote_ident(attname), format_type(atttypid, atttypmod),
                                              CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
                                              ' DEFAULT ' || pg_get_expr(adbin, adrelid)), E',\n' ORDER BY attnum)
                     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
                     WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped)) AS line
      FROM relation WHERE relkind = 'r'
      UNION ALL -- NOT NULL is a constraint of its own from Postgres 18 on
      SELECT 1, relname, conname, 1, format('ALTER TABLE mos.%s ADD CONSTRAINT %s %s;', relname, conname, pg_get_constraintdef(con.oid))
      FROM relation JOIN pg_constraint AS con ON conrelid = relation.oid AND contype IN ('p', 'u', 'f', 'c', 'x')
      UNION ALL
      SELECT 1, relname, i.indexrelid::regclass::text, 2, pg_get_indexdef(i.indexrelid) || ';'
      FROM relation JOIN pg_index AS i ON i.indrelid = relation.oid
      WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
      UNION ALL
      SELECT 1, relname, tgname, 3, pg_get_triggerdef(t.oid) || ';'
      FROM relation JOIN pg_trigger AS t ON tgrelid = relation.oid AND NOT tgisinternal
      UNION ALL
      SELECT 1, relname, '', 4 + objsubid, format('COMMENT ON %s IS %L;',
             CASE objsubid WHEN 0 THEN 'TABLE mos.' || relname ELSE format('COLUMN mos.%s.%s', relname, attname) END, description)
      FROM relation JOIN pg_description ON objoid = relation.oid AND classoid = 'pg_class'::regclass
      LEFT JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid AND objsubid > 0
      UNION ALL
      SELECT 1, relname, '', 0, format(E'\nCREATE VIEW mos.%s AS\n%s', relname, pg_get_viewdef(oid)) FROM relation WHERE relkind = 'v'
      UNION ALL
      SELECT 1, relname, '', 0, format(E'\nCREATE SEQUENCE mos.%s;', relname) FROM relation WHERE relkind = 'S'
      UNION ALL
      SELECT 2, proname, '', 0, E'\n' || pg_get_functiondef(p.oid) || ';'
             || coalesce(format(E'\nCOMMENT ON FUNCTION %s IS %L;', p.oid::regprocedure, obj_description(p.oid, 'pg_proc')), '')
      FROM pg_proc AS p WHERE pronamespace = 'mos'::regnamespace
    )
    SELECT line FROM part ORDER BY section, name COLLATE "C", place, within COLLATE "C"`);
  return `-- What the migrations make. Written by the test of the migrations (UPDATE_GOLDEN=1), not by hand.\n${found.join('\n')}\n`;
}
