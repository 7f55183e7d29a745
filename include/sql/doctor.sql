-- name: server
-- How old the server is, its time, as whom it is spoken to, and whether that may do everything.
SELECT current_setting('server_version_num')::integer, clock_timestamp(), current_user,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);

-- name: has_schema
-- Whether this database was ever a pool.
SELECT to_regclass('public.fapiao_migration') IS NOT NULL;

-- name: migrations
-- Which migrations this database has seen, by their fingerprints.
SELECT number, sha256 FROM public.fapiao_migration ORDER BY number;

-- name: held
-- How much there is: companies, and tasks that are open.
SELECT (SELECT count(*) FROM enterprise.taxpayer),
    (SELECT count(*) FROM sync.task WHERE finished_at IS NULL AND void_state IS NULL);

-- name: waiting_logins
-- The accounts that rows wait for, with how many of them and the company that a person logs in for.
SELECT account, coalesce(city_code, ''), waiting_tasks, taxpayers
FROM fapiao.login_request WHERE answered_at IS NULL ORDER BY asked_at;

-- name: etax_companies
-- Companies whose account of 电子税局 can be asked about, and how many there are.
SELECT taxpayer_no, count(*) OVER () FROM enterprise.effective_channel
WHERE download_channel = 'etax' ORDER BY taxpayer_no LIMIT %(most)s;

-- name: leqi_unit
-- A 使用单位 in whose name 乐企 can be asked, of the organisations that are open to whoever asks.
SELECT leqi_id FROM enterprise.taxpayer
WHERE leqi_id IS NOT NULL AND (%(organisations)s::text[] IS NULL OR org_code = ANY (%(organisations)s))
ORDER BY taxpayer_no LIMIT 1;

-- name: rights
-- How many rights are given, and how many to one person.
SELECT count(*), count(*) FILTER (WHERE actor = %(actor)s) FROM enterprise.permission;
