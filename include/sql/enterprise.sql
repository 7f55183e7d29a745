-- name: lock
-- Lets one person change the basics at a time; the transaction's end releases it.
SELECT pg_advisory_xact_lock(hashtextextended('enterprise', 0));

-- name: organisations
-- Every organisation with its name and the one above it.
SELECT org_code, org_name, parent_org_code FROM enterprise.organisation;

-- name: taxpayers
-- Every taxpayer.
SELECT taxpayer_no, name, org_code, channel, company_type, leqi_id, leqi_authorised_on, selection_channel, country,
    bureau_city_code, bureau_city
FROM enterprise.taxpayer
ORDER BY taxpayer_no;

-- name: accounts
-- Every account.
SELECT taxpayer_no, account, account_type, is_default, login FROM enterprise.account ORDER BY taxpayer_no, account;

-- name: schemes
-- Every scheme that is not deleted, with 适用组织 as it was said.
SELECT name, download_types, invoice_types, start_date, end_date, frequency, layout_files, status_mode, enabled,
    ARRAY(SELECT ARRAY[kind, code] FROM enterprise.scheme_scope AS p WHERE p.scheme_id = s.scheme_id) AS scopes
FROM enterprise.scheme AS s
WHERE deleted_at IS NULL
ORDER BY name;

-- name: parameters
-- Every parameter that is set.
SELECT type, key, value FROM enterprise.parameter ORDER BY type, key;

-- name: save_organisations
-- New organisations, and new names and parents for known ones.
INSERT INTO enterprise.organisation (org_code, org_name, parent_org_code)
SELECT org_code, org_name, parent_org_code
FROM jsonb_to_recordset(%(rows)s) AS r (org_code text, org_name text, parent_org_code text)
ON CONFLICT (org_code) DO UPDATE SET
    org_name = EXCLUDED.org_name, parent_org_code = EXCLUDED.parent_org_code, updated_at = sync.now();

-- name: save_taxpayers
-- New and changed taxpayers.
INSERT INTO enterprise.taxpayer (
    taxpayer_no, name, org_code, channel, company_type, leqi_id, leqi_authorised_on, selection_channel, country,
    bureau_city_code, bureau_city)
SELECT taxpayer_no, name, org_code, channel, company_type, leqi_id, leqi_authorised_on, selection_channel, country,
    bureau_city_code, bureau_city
FROM jsonb_to_recordset(%(rows)s) AS r (
    taxpayer_no text, name text, org_code text, channel text, company_type text, leqi_id text, leqi_authorised_on date,
    selection_channel text, country text, bureau_city_code text, bureau_city text)
ON CONFLICT (taxpayer_no) DO UPDATE SET
    name = EXCLUDED.name, org_code = EXCLUDED.org_code, channel = EXCLUDED.channel, company_type = EXCLUDED.company_type,
    leqi_id = EXCLUDED.leqi_id, leqi_authorised_on = EXCLUDED.leqi_authorised_on,
    selection_channel = EXCLUDED.selection_channel, country = EXCLUDED.country,
    bureau_city_code = EXCLUDED.bureau_city_code, bureau_city = EXCLUDED.bureau_city, updated_at = sync.now();

-- name: save_accounts
-- New and changed accounts.
INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default, login)
SELECT taxpayer_no, account, account_type, is_default, login
FROM jsonb_to_recordset(%(rows)s) AS r (
    taxpayer_no text, account text, account_type text, is_default boolean, login text)
ON CONFLICT (taxpayer_no, account) DO UPDATE SET
    account_type = EXCLUDED.account_type, is_default = EXCLUDED.is_default, login = EXCLUDED.login, updated_at = sync.now();

-- name: save_schemes
-- New and changed schemes with 适用组织; what a scheme no longer names leaves it.
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s) AS r (
        name text, scopes jsonb, download_types text[], invoice_types text[], start_date date, end_date date, frequency smallint[],
        layout_files boolean, status_mode text, enabled boolean)
),
saved AS (
    INSERT INTO enterprise.scheme (
        name, download_types, invoice_types, start_date, end_date, frequency, layout_files, status_mode, enabled)
    SELECT name, download_types, invoice_types, start_date, end_date, frequency, layout_files, status_mode, enabled
    FROM given
    ON CONFLICT (name) WHERE deleted_at IS NULL DO UPDATE SET
        download_types = EXCLUDED.download_types, invoice_types = EXCLUDED.invoice_types,
        start_date = EXCLUDED.start_date, end_date = EXCLUDED.end_date, frequency = EXCLUDED.frequency, layout_files = EXCLUDED.layout_files,
        status_mode = EXCLUDED.status_mode, enabled = EXCLUDED.enabled, updated_at = sync.now()
    RETURNING scheme_id, name
),
said AS (
    SELECT scheme_id, scope ->> 0 AS kind, scope ->> 1 AS code
    FROM saved JOIN given USING (name) CROSS JOIN jsonb_array_elements(scopes) AS scope
)
MERGE INTO enterprise.scheme_scope AS p USING said ON (p.scheme_id, p.kind, p.code) = (said.scheme_id, said.kind, said.code)
WHEN NOT MATCHED BY TARGET THEN INSERT (scheme_id, kind, code) VALUES (said.scheme_id, said.kind, said.code)
WHEN NOT MATCHED BY SOURCE AND p.scheme_id IN (SELECT scheme_id FROM saved) THEN DELETE;

-- name: refresh_members
-- The tax numbers of every scheme, from what it says and who there is; a deleted scheme keeps its last ones.
WITH member AS (
    SELECT DISTINCT p.scheme_id, t.taxpayer_no
    FROM enterprise.scheme_scope AS p
    JOIN enterprise.taxpayer AS t
        ON p.kind = 'all' OR (p.kind = 'organisation' AND p.code = t.org_code) OR (p.kind = 'taxpayer' AND p.code = t.taxpayer_no)
),
kept AS (
    SELECT scheme_id FROM enterprise.scheme AS s
    WHERE s.deleted_at IS NULL AND EXISTS (SELECT FROM enterprise.scheme_scope AS p WHERE p.scheme_id = s.scheme_id)
)
MERGE INTO enterprise.scheme_taxpayer AS st
USING (SELECT * FROM member JOIN kept USING (scheme_id)) AS m ON (st.scheme_id, st.taxpayer_no) = (m.scheme_id, m.taxpayer_no)
WHEN NOT MATCHED BY TARGET THEN INSERT (scheme_id, taxpayer_no) VALUES (m.scheme_id, m.taxpayer_no)
WHEN NOT MATCHED BY SOURCE AND st.scheme_id IN (SELECT scheme_id FROM kept) THEN DELETE;

-- name: note_channels
-- Since when each company is downloaded for over its channel; one that came just now has the instant of its row.
UPDATE enterprise.taxpayer AS t
SET collected_over = e.download_channel,
    collected_since = CASE WHEN t.collected_over IS NULL THEN t.collected_since ELSE sync.now() END
FROM enterprise.effective_channel AS e
WHERE e.taxpayer_no = t.taxpayer_no AND t.collected_over IS DISTINCT FROM e.download_channel;

-- name: delete_scheme
-- Takes a scheme away from planning; its row stays, so that the log can still name it (R067).
UPDATE enterprise.scheme SET enabled = false, deleted_at = sync.now(), updated_at = sync.now()
WHERE name = %(name)s AND deleted_at IS NULL;

-- name: save_parameters
-- Sets parameters, with who did it.
INSERT INTO enterprise.parameter (type, key, value, changed_by)
SELECT type, key, value, %(changed_by)s FROM jsonb_to_recordset(%(rows)s) AS r (type text, key text, value text)
ON CONFLICT (type, key) DO UPDATE SET value = EXCLUDED.value, changed_at = sync.now(), changed_by = EXCLUDED.changed_by;

-- name: remove_parameters
-- Takes parameters away, so that their defaults hold again.
DELETE FROM enterprise.parameter AS p
USING jsonb_to_recordset(%(rows)s) AS r (type text, key text)
WHERE (p.type, p.key) = (r.type, r.key);

-- name: list_taxpayers
-- Every taxpayer of these organisations as ./fapiao taxpayers list shows it.
SELECT t.taxpayer_no, t.name, t.org_code, o.org_name, t.channel, e.download_channel, e.selection_channel, t.company_type,
    t.leqi_id, t.leqi_authorised_on, t.country, t.bureau_city_code, t.bureau_city,
    ARRAY(SELECT a.account FROM enterprise.account AS a WHERE a.taxpayer_no = t.taxpayer_no
        ORDER BY a.is_default DESC, a.account) AS accounts,
    ARRAY(SELECT s.name FROM enterprise.scheme AS s JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
        WHERE st.taxpayer_no = t.taxpayer_no AND s.deleted_at IS NULL ORDER BY s.name) AS schemes
FROM enterprise.taxpayer AS t
JOIN enterprise.effective_channel AS e USING (taxpayer_no)
LEFT JOIN enterprise.organisation AS o USING (org_code)
WHERE %(organisations)s::text[] IS NULL OR t.org_code = ANY (%(organisations)s)
ORDER BY t.taxpayer_no;

-- name: list_schemes
-- Every scheme for a taxpayer of these organisations as ./fapiao schemes list shows it.
SELECT s.name, s.enabled, s.download_types, s.invoice_types, s.start_date, s.end_date, s.frequency, s.layout_files, s.status_mode,
    ARRAY(SELECT CASE p.kind WHEN 'all' THEN 'all' ELSE p.code END
        FROM enterprise.scheme_scope AS p WHERE p.scheme_id = s.scheme_id ORDER BY 1) AS taxpayers,
    (SELECT count(*)::integer FROM enterprise.scheme_taxpayer AS st WHERE st.scheme_id = s.scheme_id) AS taxpayer_count
FROM enterprise.scheme AS s
WHERE s.deleted_at IS NULL AND (%(organisations)s::text[] IS NULL OR EXISTS (
    SELECT FROM enterprise.scheme_taxpayer AS st JOIN enterprise.taxpayer AS t USING (taxpayer_no)
    WHERE st.scheme_id = s.scheme_id AND t.org_code = ANY (%(organisations)s)))
ORDER BY s.name;

-- name: list_parameters
-- Every parameter that is set, with when and by whom.
SELECT type, key, value, changed_at, changed_by FROM enterprise.parameter ORDER BY type, key;
