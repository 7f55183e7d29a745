-- name: stage
-- Wide, nullable staging of this session, empty.
-- Rendered from include/rules/fields.yaml: edit the rules, then run `python -m fapiao.merge_sql` in plugins/.
CREATE TEMP TABLE IF NOT EXISTS staged_status (
    document_key text,
    observed_at timestamptz,
    issue_date date,
    details jsonb,
    status text,
    risk_status text,
    red_locked text,
    risk_changed_at timestamptz,
    fuel_anomaly text,
    vehicle_anomaly text,
    tax_period text,
    vat_usage text,
    agricultural_usage text,
    consumption_tax_usage text,
    refund_label text,
    entry_status text,
    face_seen_at timestamptz,
    status_seen_at timestamptz,
    anomaly_seen_at timestamptz,
    usage_seen_at timestamptz,
    batch_no text,
    channel text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_touched (
    action text,
    document_key text,
    lines_changed boolean,
    adds_up boolean,
    owner_is_party boolean
) ON COMMIT DELETE ROWS;
TRUNCATE staged_status, staged_touched;

-- name: copy_risk
-- The rows of one package: 发票风险信息.
COPY staged_status (
    document_key, observed_at, issue_date, details, status, risk_status, red_locked, risk_changed_at
) FROM STDIN;

-- name: copy_usage
-- The rows of one package: 发票用途状态信息.
COPY staged_status (
    document_key, observed_at, issue_date, details, status, risk_status, red_locked, fuel_anomaly, vehicle_anomaly,
    tax_period, vat_usage, agricultural_usage, consumption_tax_usage, refund_label, entry_status
) FROM STDIN;

-- name: one_name
-- What is staged under another name than the key that the pool has or will have for it (protocols §10.6).
WITH staged AS MATERIALIZED (
    SELECT document_key, document_key LIKE '%%-%%' AS is_paper FROM staged_status
), meant AS MATERIALIZED (
    SELECT d.etax_invoice_no AS said, d.document_key AS kept
    FROM pool.document AS d JOIN staged AS s ON s.document_key = d.etax_invoice_no
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.etax_invoice_no IS NOT NULL AND d.invoice_code IS NOT NULL
        AND d.etax_invoice_no <> d.document_key
    UNION SELECT d.invoice_code || '-' || d.invoice_no, d.document_key
    FROM pool.document AS d JOIN staged AS s ON s.is_paper AND s.document_key = d.invoice_code || '-' || d.invoice_no
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.etax_invoice_no IS NOT NULL AND d.invoice_code || '-' || d.invoice_no <> d.document_key
        AND EXISTS (SELECT FROM staged WHERE is_paper)
)
SELECT said, kept FROM meant AS m
WHERE NOT EXISTS (SELECT FROM pool.document AS d WHERE d.direction || '' = %(direction)s AND d.taxpayer_no || '' = %(taxpayer_no)s AND d.document_key = m.said);

-- name: rename
-- Call what is staged by its key.
UPDATE staged_status AS s
SET document_key = m.kept
FROM unnest(%(said)s::text[], %(kept)s::text[]) AS m (said, kept)
WHERE m.said = s.document_key;

-- name: totals
-- Rows, distinct documents, stated statuses, and the sums.
SELECT count(*), count(DISTINCT document_key), count(status), 0::numeric, 0::numeric
FROM staged_status;

-- name: missing
-- Note the staged documents that the pool does not hold, as ignored.
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, s.document_key, 'ignored', 'NOT_IN_POOL', %(reason)s, '{}'::jsonb
FROM staged_status AS s
WHERE NOT EXISTS (
    SELECT FROM pool.document AS d WHERE d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
);

-- name: duplicates
-- Keys that came more than once under the same 归集日期 or 变更日期: word for word equal, or not.
SELECT count(*) FILTER (WHERE versions = 1) AS identical,
    count(*) FILTER (WHERE versions > 1) AS differing,
    coalesce((array_agg(document_key ORDER BY versions DESC, document_key))[1:5], '{}') AS sample
FROM (
    SELECT document_key, count(DISTINCT hash_record_extended((
        issue_date,
        details,
        status,
        risk_status,
        red_locked,
        fuel_anomaly,
        vehicle_anomaly,
        tax_period,
        vat_usage,
        agricultural_usage,
        consumption_tax_usage,
        refund_label,
        entry_status
    ), 0)) AS versions
    FROM staged_status
    WHERE document_key IN (SELECT document_key FROM staged_status GROUP BY document_key HAVING count(*) > 1)
    GROUP BY document_key, risk_changed_at
    HAVING count(*) > 1
) AS repeated;

-- name: forget_repeats
-- Keep the newest row of every key; what goes is noted and counted as ignored.
WITH newest_first AS (
    SELECT ctid AS place,
        row_number() OVER (PARTITION BY document_key ORDER BY risk_changed_at DESC NULLS LAST, observed_at DESC, ctid DESC) AS place_no
    FROM staged_status
    WHERE document_key IN (SELECT document_key FROM staged_status GROUP BY document_key HAVING count(*) > 1)
), gone AS (
    DELETE FROM staged_status USING newest_first WHERE staged_status.ctid = place AND place_no > 1
    RETURNING document_key, jsonb_strip_nulls(to_jsonb(staged_status)) AS row_values
)
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, document_key, 'ignored', 'REPEATED', %(reason)s, row_values
FROM gone;

-- name: confirmed_later
-- Mark what a reply that is already merged saw later, though it changed nothing.
UPDATE staged_status AS s
SET face_seen_at = later.face_seen_at,
    status_seen_at = later.status_seen_at,
    anomaly_seen_at = later.anomaly_seen_at,
    usage_seen_at = later.usage_seen_at
FROM (
    SELECT document_key,
        max(g.observed_at) FILTER (WHERE 'face' = ANY (g.observed_groups)) AS face_seen_at,
        max(g.observed_at) FILTER (WHERE 'status' = ANY (g.observed_groups)) AS status_seen_at,
        max(g.observed_at) FILTER (WHERE 'anomaly' = ANY (g.observed_groups)) AS anomaly_seen_at,
        max(g.observed_at) FILTER (WHERE 'usage' = ANY (g.observed_groups)) AS usage_seen_at
    FROM pool.sighting AS g CROSS JOIN LATERAL unnest(g.document_keys) AS document_key
    WHERE g.taxpayer_no = %(taxpayer_no)s AND g.direction = %(direction)s
        AND g.observed_at > (SELECT min(observed_at) FROM unnest(%(observed)s::timestamptz[]) AS observed_at)
    GROUP BY document_key
) AS later
WHERE later.document_key = s.document_key;

-- name: held
-- Report the statuses that the merge is about to refuse.
INSERT INTO pool.held_change (
    direction, taxpayer_no, document_key, column_name, current_value, offered_value, reason,
    batch_no, channel, observed_at)
SELECT %(direction)s, %(taxpayer_no)s, document_key, 'status', current_value, offered_value, reason,
    batch_no, channel, observed_at
FROM (
    SELECT s.document_key, d.status AS current_value, s.status AS offered_value, s.observed_at,
        coalesce(s.batch_no, %(batch_no)s) AS batch_no, coalesce(s.channel, %(channel)s) AS channel,
        CASE
            WHEN NOT (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true) AND coalesce(s.risk_changed_at >= d.risk_changed_at, true)) THEN 'older'
            WHEN (d.status, s.status) IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN 'backwards'
        END AS reason
    FROM staged_status AS s
    JOIN pool.document AS d ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
    WHERE s.status <> d.status
) AS offer
WHERE reason IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: merge
-- Staging into the pool; every changed column leaves a row in pool.change by the same statement.
WITH merged AS (
    MERGE INTO pool.document AS d
    USING staged_status AS s
    ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
    WHEN MATCHED AND (((d.issue_date IS NULL AND s.issue_date IS NOT NULL))
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true) AND coalesce(s.risk_changed_at >= d.risk_changed_at, true)) THEN (
            (s.risk_status IS DISTINCT FROM d.risk_status AND coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) IS DISTINCT FROM d.risk_status)
            OR (s.red_locked IS DISTINCT FROM d.red_locked AND coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) IS DISTINCT FROM d.red_locked)
        ) ELSE (
            (d.risk_status IS NULL AND nullif(btrim(s.risk_status), '') IS NOT NULL)
            OR (d.red_locked IS NULL AND nullif(btrim(s.red_locked), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN (
            (s.fuel_anomaly IS DISTINCT FROM d.fuel_anomaly AND coalesce(nullif(btrim(s.fuel_anomaly), ''), d.fuel_anomaly) IS DISTINCT FROM d.fuel_anomaly)
            OR (s.vehicle_anomaly IS DISTINCT FROM d.vehicle_anomaly AND coalesce(nullif(btrim(s.vehicle_anomaly), ''), d.vehicle_anomaly) IS DISTINCT FROM d.vehicle_anomaly)
        ) ELSE (
            (d.fuel_anomaly IS NULL AND nullif(btrim(s.fuel_anomaly), '') IS NOT NULL)
            OR (d.vehicle_anomaly IS NULL AND nullif(btrim(s.vehicle_anomaly), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN (
            (s.tax_period IS DISTINCT FROM d.tax_period AND coalesce(nullif(btrim(s.tax_period), ''), d.tax_period) IS DISTINCT FROM d.tax_period)
            OR (s.vat_usage IS DISTINCT FROM d.vat_usage AND coalesce(nullif(btrim(s.vat_usage), ''), d.vat_usage) IS DISTINCT FROM d.vat_usage)
            OR (s.agricultural_usage IS DISTINCT FROM d.agricultural_usage AND coalesce(nullif(btrim(s.agricultural_usage), ''), d.agricultural_usage) IS DISTINCT FROM d.agricultural_usage)
            OR (s.consumption_tax_usage IS DISTINCT FROM d.consumption_tax_usage AND coalesce(nullif(btrim(s.consumption_tax_usage), ''), d.consumption_tax_usage) IS DISTINCT FROM d.consumption_tax_usage)
            OR (s.refund_label IS DISTINCT FROM d.refund_label AND coalesce(nullif(btrim(s.refund_label), ''), d.refund_label) IS DISTINCT FROM d.refund_label)
        ) ELSE (
            (d.tax_period IS NULL AND nullif(btrim(s.tax_period), '') IS NOT NULL)
            OR (d.vat_usage IS NULL AND nullif(btrim(s.vat_usage), '') IS NOT NULL)
            OR (d.agricultural_usage IS NULL AND nullif(btrim(s.agricultural_usage), '') IS NOT NULL)
            OR (d.consumption_tax_usage IS NULL AND nullif(btrim(s.consumption_tax_usage), '') IS NOT NULL)
            OR (d.refund_label IS NULL AND nullif(btrim(s.refund_label), '') IS NOT NULL)
        ) END
        OR (s.details IS DISTINCT FROM d.details AND coalesce(s.details || d.details, d.details, s.details) IS DISTINCT FROM d.details)
        OR (s.status IS DISTINCT FROM d.status AND CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true) AND coalesce(s.risk_changed_at >= d.risk_changed_at, true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END IS DISTINCT FROM d.status)
        OR (s.risk_changed_at IS DISTINCT FROM d.risk_changed_at AND greatest(d.risk_changed_at, s.risk_changed_at) IS DISTINCT FROM d.risk_changed_at)
        OR ((s.entry_status IS NOT NULL AND ((coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) OR d.entry_status IS NULL)) AND (s.entry_status IS DISTINCT FROM d.entry_status OR (s.entry_status IN ('01', '03') AND num_nonnulls(d.entry_kind, d.entry_period, d.entry_at) > 0))))
    THEN UPDATE SET
        issue_date = coalesce(d.issue_date, s.issue_date),
        details = coalesce(s.details || d.details, d.details, s.details),
        status = CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true) AND coalesce(s.risk_changed_at >= d.risk_changed_at, true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END,
        risk_status = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true) AND coalesce(s.risk_changed_at >= d.risk_changed_at, true)) THEN coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) ELSE coalesce(d.risk_status, nullif(btrim(s.risk_status), '')) END,
        red_locked = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true) AND coalesce(s.risk_changed_at >= d.risk_changed_at, true)) THEN coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) ELSE coalesce(d.red_locked, nullif(btrim(s.red_locked), '')) END,
        risk_changed_at = greatest(d.risk_changed_at, s.risk_changed_at),
        fuel_anomaly = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.fuel_anomaly), ''), d.fuel_anomaly) ELSE coalesce(d.fuel_anomaly, nullif(btrim(s.fuel_anomaly), '')) END,
        vehicle_anomaly = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.vehicle_anomaly), ''), d.vehicle_anomaly) ELSE coalesce(d.vehicle_anomaly, nullif(btrim(s.vehicle_anomaly), '')) END,
        tax_period = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.tax_period), ''), d.tax_period) ELSE coalesce(d.tax_period, nullif(btrim(s.tax_period), '')) END,
        vat_usage = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.vat_usage), ''), d.vat_usage) ELSE coalesce(d.vat_usage, nullif(btrim(s.vat_usage), '')) END,
        agricultural_usage = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.agricultural_usage), ''), d.agricultural_usage) ELSE coalesce(d.agricultural_usage, nullif(btrim(s.agricultural_usage), '')) END,
        consumption_tax_usage = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.consumption_tax_usage), ''), d.consumption_tax_usage) ELSE coalesce(d.consumption_tax_usage, nullif(btrim(s.consumption_tax_usage), '')) END,
        refund_label = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.refund_label), ''), d.refund_label) ELSE coalesce(d.refund_label, nullif(btrim(s.refund_label), '')) END,
        entry_status = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.entry_status), ''), d.entry_status) ELSE coalesce(d.entry_status, nullif(btrim(s.entry_status), '')) END,
        entry_kind = CASE WHEN (s.entry_status IS NOT NULL AND ((coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) OR d.entry_status IS NULL)) AND s.entry_status = '02' AND d.entry_status IS DISTINCT FROM '02' THEN '税前扣除' WHEN (s.entry_status IS NOT NULL AND ((coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) OR d.entry_status IS NULL)) AND s.entry_status IN ('01', '03') THEN NULL ELSE d.entry_kind END,
        entry_period = CASE WHEN (s.entry_status IS NOT NULL AND ((coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) OR d.entry_status IS NULL)) AND s.entry_status IN ('01', '03') THEN NULL ELSE d.entry_period END,
        entry_at = CASE WHEN (s.entry_status IS NOT NULL AND ((coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) OR d.entry_status IS NULL)) AND s.entry_status IN ('01', '03') THEN NULL ELSE d.entry_at END,
        face_observed_at = greatest(d.face_observed_at, NULL),
        status_observed_at = greatest(d.status_observed_at, CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked, s.risk_changed_at) > 0 THEN s.observed_at END),
        anomaly_observed_at = greatest(d.anomaly_observed_at, CASE WHEN num_nonnulls(s.fuel_anomaly, s.vehicle_anomaly) > 0 THEN s.observed_at END),
        usage_observed_at = greatest(d.usage_observed_at, CASE WHEN num_nonnulls(s.tax_period, s.vat_usage, s.agricultural_usage, s.consumption_tax_usage, s.refund_label, s.entry_status) > 0 THEN s.observed_at END),
        channel = coalesce(s.channel, %(channel)s),
        batch_no = coalesce(s.batch_no, %(batch_no)s),
        updated_at = (SELECT sync.clock_timestamp())
    RETURNING merge_action() AS action, new.document_key, s.observed_at, new.batch_no, new.channel,
        false AS lines_changed,
        new.amount + new.tax_amount = new.total_amount AS adds_up,
        CASE new.direction WHEN 'input' THEN new.buyer_tax_no ELSE new.seller_tax_no END = new.taxpayer_no
            AS owner_is_party,
        CASE WHEN merge_action() = 'UPDATE' THEN ARRAY[
            CASE WHEN old.issue_date IS DISTINCT FROM new.issue_date THEN ('issue_date', old.issue_date::text, new.issue_date::text)::pool.changed_column END,
            CASE WHEN old.details IS DISTINCT FROM new.details THEN ('details', old.details::text, new.details::text)::pool.changed_column END,
            CASE WHEN old.status IS DISTINCT FROM new.status THEN ('status', old.status::text, new.status::text)::pool.changed_column END,
            CASE WHEN old.risk_status IS DISTINCT FROM new.risk_status THEN ('risk_status', old.risk_status::text, new.risk_status::text)::pool.changed_column END,
            CASE WHEN old.red_locked IS DISTINCT FROM new.red_locked THEN ('red_locked', old.red_locked::text, new.red_locked::text)::pool.changed_column END,
            CASE WHEN old.risk_changed_at IS DISTINCT FROM new.risk_changed_at THEN ('risk_changed_at', old.risk_changed_at::text, new.risk_changed_at::text)::pool.changed_column END,
            CASE WHEN old.fuel_anomaly IS DISTINCT FROM new.fuel_anomaly THEN ('fuel_anomaly', old.fuel_anomaly::text, new.fuel_anomaly::text)::pool.changed_column END,
            CASE WHEN old.vehicle_anomaly IS DISTINCT FROM new.vehicle_anomaly THEN ('vehicle_anomaly', old.vehicle_anomaly::text, new.vehicle_anomaly::text)::pool.changed_column END,
            CASE WHEN old.tax_period IS DISTINCT FROM new.tax_period THEN ('tax_period', old.tax_period::text, new.tax_period::text)::pool.changed_column END,
            CASE WHEN old.vat_usage IS DISTINCT FROM new.vat_usage THEN ('vat_usage', old.vat_usage::text, new.vat_usage::text)::pool.changed_column END,
            CASE WHEN old.agricultural_usage IS DISTINCT FROM new.agricultural_usage THEN ('agricultural_usage', old.agricultural_usage::text, new.agricultural_usage::text)::pool.changed_column END,
            CASE WHEN old.consumption_tax_usage IS DISTINCT FROM new.consumption_tax_usage THEN ('consumption_tax_usage', old.consumption_tax_usage::text, new.consumption_tax_usage::text)::pool.changed_column END,
            CASE WHEN old.refund_label IS DISTINCT FROM new.refund_label THEN ('refund_label', old.refund_label::text, new.refund_label::text)::pool.changed_column END,
            CASE WHEN old.entry_status IS DISTINCT FROM new.entry_status THEN ('entry_status', old.entry_status::text, new.entry_status::text)::pool.changed_column END,
            CASE WHEN old.entry_kind IS DISTINCT FROM new.entry_kind THEN ('entry_kind', old.entry_kind::text, new.entry_kind::text)::pool.changed_column END,
            CASE WHEN old.entry_period IS DISTINCT FROM new.entry_period THEN ('entry_period', old.entry_period::text, new.entry_period::text)::pool.changed_column END,
            CASE WHEN old.entry_at IS DISTINCT FROM new.entry_at THEN ('entry_at', old.entry_at::text, new.entry_at::text)::pool.changed_column END
        ] END AS changes
), touched AS (
    INSERT INTO staged_touched (action, document_key, lines_changed, adds_up, owner_is_party)
    SELECT action, document_key, lines_changed, adds_up, owner_is_party FROM merged
    WHERE %(with_lines)s OR NOT adds_up OR NOT owner_is_party
), logged AS (
    INSERT INTO pool.change (
        direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel,
        observed_at, changed_at)
    SELECT %(direction)s, %(taxpayer_no)s, m.document_key, c.column_name, c.old_value, c.new_value,
        m.batch_no, m.channel, m.observed_at, (SELECT sync.clock_timestamp())
    FROM merged AS m CROSS JOIN LATERAL unnest(m.changes) AS c
    WHERE m.action = 'UPDATE' AND c.column_name IS NOT NULL
)
SELECT count(*) FILTER (WHERE action = 'INSERT') AS inserted,
    count(*) FILTER (WHERE action = 'UPDATE') AS updated,
    count(*) FILTER (WHERE action = 'UPDATE' AND lines_changed) AS lines_changed
FROM merged;
