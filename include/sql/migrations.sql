-- name: lock
-- Lets one process migrate at a time; the transaction's end releases it.
SELECT pg_advisory_xact_lock(hashtextextended('fapiao_migration', 0))

-- name: hold
-- The same for a whole start, over its transactions; the end of the session releases it.
SELECT pg_advisory_lock(hashtextextended('fapiao_migration', 0))

-- name: let_go
-- The next start may come.
SELECT pg_advisory_unlock(hashtextextended('fapiao_migration', 0))

-- name: limits
-- A start waits for another one for longer than for the tables themselves, and no statement of it is cut: a large pool is migrated in one.
SELECT set_config('lock_timeout', %(lock)s || 's', false), set_config('statement_timeout', '0', false),
    set_config('transaction_timeout', '0', false)

-- name: create_tables
-- The lists of the migrations and of the definitions that this database has seen, by the clock that needs no schema.
CREATE TABLE IF NOT EXISTS public.fapiao_migration (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS public.fapiao_definitions (
    applied_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256     text NOT NULL,
    migration  integer NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: find
-- The fingerprint under which a migration was applied.
SELECT sha256 FROM public.fapiao_migration WHERE number = %(number)s

-- name: record
-- Notes that a migration is part of this database now.
INSERT INTO public.fapiao_migration (number, name, sha256) VALUES (%(number)s, %(name)s, %(sha256)s)

-- name: unknown
-- The first applied migration that the given files do not have.
SELECT to_char(number, 'FM0000') || '_' || name
FROM public.fapiao_migration
WHERE number <> ALL (%(numbers)s)
ORDER BY number
LIMIT 1

-- name: defined
-- When these definitions were applied after the newest migration, and when the ones in force were.
SELECT max(d.applied_no) FILTER (WHERE d.sha256 = %(sha256)s AND d.migration = m.newest), max(d.applied_no)
FROM (SELECT max(number) AS newest FROM public.fapiao_migration) AS m
LEFT JOIN public.fapiao_definitions AS d ON true

-- name: record_definitions
-- Notes which definitions are in force now, and since which migration.
INSERT INTO public.fapiao_definitions (sha256, migration)
SELECT %(sha256)s, coalesce(max(number), 0) FROM public.fapiao_migration

-- name: view_drops
-- Statements that drop the views, all at once as they use each other; functions that return their rows go first.
WITH view AS (SELECT to_regclass(name) AS oid FROM unnest(%(views)s::text[]) AS name)
SELECT format('DROP FUNCTION %%s', p.oid::regprocedure)
FROM view AS v JOIN pg_type AS t ON t.typrelid = v.oid JOIN pg_proc AS p ON p.prorettype = t.oid
UNION ALL
SELECT 'DROP VIEW ' || string_agg(oid::text, ', ') FROM view WHERE oid IS NOT NULL

-- name: view_grants
-- Statements that give back what people may do with the views, their columns and the functions that return their rows.
WITH view AS (SELECT to_regclass(name) AS oid FROM unnest(%(views)s::text[]) AS name),
function AS (
    SELECT p.oid, p.proacl
    FROM view AS v JOIN pg_type AS t ON t.typrelid = v.oid JOIN pg_proc AS p ON p.prorettype = t.oid
),
granted AS (
    SELECT v.oid::regclass::text AS object, a.privilege_type AS privilege, a.grantee, a.is_grantable
    FROM view AS v JOIN pg_class AS c USING (oid) CROSS JOIN LATERAL aclexplode(c.relacl) AS a
    UNION ALL
    SELECT v.oid::regclass::text, format('%%s (%%I)', a.privilege_type, c.attname), a.grantee, a.is_grantable
    FROM view AS v JOIN pg_attribute AS c ON c.attrelid = v.oid CROSS JOIN LATERAL aclexplode(c.attacl) AS a
    UNION ALL
    SELECT 'FUNCTION ' || f.oid::regprocedure, a.privilege_type, a.grantee, a.is_grantable
    FROM function AS f CROSS JOIN LATERAL aclexplode(f.proacl) AS a
)
SELECT format('REVOKE ALL ON FUNCTION %%s FROM PUBLIC', oid::regprocedure) FROM function WHERE proacl IS NOT NULL
UNION ALL
SELECT format('GRANT %%s ON %%s TO %%s%%s', privilege, object, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
    CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM granted

-- name: is_there
-- Whether this database was ever migrated.
SELECT to_regclass('public.fapiao_migration') IS NOT NULL AND to_regclass('public.fapiao_definitions') IS NOT NULL

-- name: seen
-- The migrations that this database has seen.
SELECT number FROM public.fapiao_migration

-- name: may_migrate
-- Whether who asks has the rights of the pool's owner or, where there is no pool, may make one.
SELECT coalesce(
    (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('public.fapiao_migration')),
    has_database_privilege(current_database(), 'CREATE'))

-- name: rights_are_given
-- Whether the two roles of roles.sql work with this database; a schema that is not there yet has given nothing.
SELECT EXISTS (
    SELECT FROM pg_namespace AS n
    WHERE n.nspname = 'fapiao' AND to_regrole('fapiao_application') IS NOT NULL
        AND has_schema_privilege(to_regrole('fapiao_reader'), n.oid, 'USAGE'))
