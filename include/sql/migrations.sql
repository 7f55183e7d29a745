-- name: lock
-- Lets one process migrate at a time; the transaction's end releases it.
SELECT pg_advisory_xact_lock(hashtextextended('fapiao_migration', 0))

-- name: create_table
-- The list of the migrations that this database has seen.
CREATE TABLE IF NOT EXISTS public.fapiao_migration (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
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
