-- name: logins
-- Which of the roles can log in.
SELECT rolname::text FROM pg_roles WHERE rolcanlogin AND rolname = ANY (%(roles)s)

-- name: login
-- The statement that gives a role a login and, where a superuser asks, takes everything else from it; nobody else may name those
-- attributes. The password is given as the server keeps it.
SELECT format('%%s ROLE %%I LOGIN PASSWORD %%L %%s',
    CASE WHEN to_regrole(%(role)s) IS NULL THEN 'CREATE' ELSE 'ALTER' END, %(role)s::text, %(secret)s::text,
    CASE WHEN rolsuper THEN 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS' ELSE '' END)
FROM pg_roles WHERE rolname = current_user

-- name: hand_over
-- Statements that make a role the owner of this database and of all that is in it, and let nobody else in; none when that is so.
WITH heir AS (SELECT to_regrole(%(role)s)::oid AS oid),
here AS (SELECT oid, datdba, datacl FROM pg_database WHERE datname = current_database())
SELECT format('ALTER DATABASE %%I OWNER TO %%I', current_database(), %(role)s::text) FROM here, heir WHERE datdba <> heir.oid
UNION ALL
SELECT format('REVOKE ALL ON DATABASE %%I FROM PUBLIC', current_database()) FROM here
WHERE datacl IS NULL OR EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = 0)
UNION ALL
SELECT format('ALTER %%s %%s OWNER TO %%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
    c.oid::regclass, %(role)s::text)
FROM pg_class AS c, heir
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND c.relowner <> heir.oid
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
UNION ALL
SELECT format('ALTER TYPE %%s OWNER TO %%I', t.oid::regtype, %(role)s::text)
FROM pg_type AS t, heir
WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'e' AND t.typowner <> heir.oid
