-- name: stage
-- Wide, nullable staging of this session, empty.
-- Rendered from include/rules/fields.yaml: edit the rules, then run `python -m fapiao.merge_sql` in plugins/.
CREATE TEMP TABLE IF NOT EXISTS staged_unselected (
    document_key text,
    observed_at timestamptz,
    document text,
    invoice_type text,
    bureau_invoice_type text,
    invoice_code text,
    invoice_no text,
    etax_invoice_no text,
    issue_date date,
    seller_tax_no text,
    buyer_tax_no text,
    details jsonb,
    status text,
    risk_status text,
    red_locked text,
    fuel_anomaly text,
    vehicle_anomaly text,
    duplicate_locked text,
    selection_status text,
    effective_tax_amount numeric,
    additional_deduction numeric,
    additional_deduction_left numeric,
    verification_status text,
    detail_level text,
    tax_org_code text,
    face_seen_at timestamptz,
    status_seen_at timestamptz,
    anomaly_seen_at timestamptz,
    selection_seen_at timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_touched (
    action text,
    document_key text,
    lines_changed boolean,
    adds_up boolean,
    owner_is_party boolean
) ON COMMIT DELETE ROWS;
TRUNCATE staged_unselected, staged_touched;

-- name: copy_unselected_invoice
-- The rows of one package: 未勾选初始化清单：发票.
COPY staged_unselected (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, buyer_tax_no, details, status, risk_status, red_locked, fuel_anomaly,
    vehicle_anomaly, selection_status, effective_tax_amount, additional_deduction, additional_deduction_left,
    verification_status, detail_level, tax_org_code
) FROM STDIN;

-- name: copy_unselected_customs
-- The rows of one package: 未勾选初始化清单：海关缴款书.
COPY staged_unselected (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, buyer_tax_no, details, duplicate_locked, selection_status, effective_tax_amount,
    additional_deduction, additional_deduction_left, verification_status, detail_level, tax_org_code
) FROM STDIN;

-- name: copy_unselected_withholding
-- The rows of one package: 未勾选初始化清单：代扣代缴完税凭证.
COPY staged_unselected (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, seller_tax_no, buyer_tax_no, details, selection_status, effective_tax_amount,
    verification_status, detail_level, tax_org_code
) FROM STDIN;

-- name: one_name
-- What is staged under another name than the key that the pool has or will have for it (protocols §10.6).
WITH staged AS MATERIALIZED (
    SELECT document_key, document_key LIKE '%%-%%' AS is_paper, etax_invoice_no AS digital, invoice_code || '-' || invoice_no AS paper FROM staged_unselected
), named AS MATERIALIZED (
    SELECT DISTINCT digital, paper FROM staged WHERE digital IS NOT NULL AND paper IS NOT NULL
), by_paper AS MATERIALIZED (
    SELECT n.digital, n.paper
    FROM named AS n JOIN pool.document AS d ON d.document_key = n.paper AND d.direction || '' = %(direction)s AND d.taxpayer_no || '' = %(taxpayer_no)s
    WHERE coalesce(d.etax_invoice_no, n.digital) = n.digital
        AND NOT EXISTS (SELECT FROM pool.document AS o WHERE o.direction || '' = %(direction)s AND o.taxpayer_no || '' = %(taxpayer_no)s AND o.document_key = n.digital)
), meant AS MATERIALIZED (
    SELECT d.etax_invoice_no AS said, d.document_key AS kept
    FROM pool.document AS d JOIN staged AS s ON s.document_key = d.etax_invoice_no
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.etax_invoice_no IS NOT NULL AND d.invoice_code IS NOT NULL
        AND d.etax_invoice_no <> d.document_key
    UNION SELECT d.invoice_code || '-' || d.invoice_no, d.document_key
    FROM pool.document AS d JOIN staged AS s ON s.is_paper AND s.document_key = d.invoice_code || '-' || d.invoice_no
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.etax_invoice_no IS NOT NULL AND d.invoice_code || '-' || d.invoice_no <> d.document_key
        AND EXISTS (SELECT FROM staged WHERE is_paper)
    UNION SELECT n.digital, n.paper FROM staged AS s JOIN by_paper AS n ON n.digital = s.document_key
    UNION SELECT n.paper, n.digital FROM staged AS s JOIN named AS n ON n.paper = s.document_key
    WHERE NOT EXISTS (SELECT FROM by_paper AS b WHERE b.paper = n.paper AND b.digital = n.digital)
)
SELECT said, kept FROM meant AS m
WHERE NOT EXISTS (SELECT FROM pool.document AS d WHERE d.direction || '' = %(direction)s AND d.taxpayer_no || '' = %(taxpayer_no)s AND d.document_key = m.said);

-- name: rename
-- Call what is staged by its key.
UPDATE staged_unselected AS s
SET document_key = m.kept
FROM unnest(%(said)s::text[], %(kept)s::text[]) AS m (said, kept)
WHERE m.said = s.document_key;

-- name: totals
-- Rows, distinct documents, stated statuses, and the sums.
SELECT count(*), count(DISTINCT document_key), count(status), 0::numeric, 0::numeric
FROM staged_unselected;

-- name: missing
-- Note the staged documents that the pool does not hold, as ignored.
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, s.document_key, 'ignored', 'NOT_IN_POOL', %(reason)s, '{}'::jsonb
FROM staged_unselected AS s
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
        document,
        invoice_type,
        bureau_invoice_type,
        invoice_code,
        invoice_no,
        etax_invoice_no,
        issue_date,
        seller_tax_no,
        buyer_tax_no,
        details,
        status,
        risk_status,
        red_locked,
        fuel_anomaly,
        vehicle_anomaly,
        duplicate_locked,
        selection_status,
        effective_tax_amount,
        additional_deduction,
        additional_deduction_left,
        verification_status,
        detail_level,
        tax_org_code
    ), 0)) AS versions
    FROM staged_unselected
    WHERE document_key IN (SELECT document_key FROM staged_unselected GROUP BY document_key HAVING count(*) > 1)
    GROUP BY document_key
    HAVING count(*) > 1
) AS repeated;

-- name: forget_repeats
-- Keep the newest row of every key; what goes is noted and counted as ignored.
WITH newest_first AS (
    SELECT ctid AS place,
        row_number() OVER (PARTITION BY document_key ORDER BY observed_at DESC, ctid DESC) AS place_no
    FROM staged_unselected
    WHERE document_key IN (SELECT document_key FROM staged_unselected GROUP BY document_key HAVING count(*) > 1)
), gone AS (
    DELETE FROM staged_unselected USING newest_first WHERE staged_unselected.ctid = place AND place_no > 1
    RETURNING document_key, jsonb_strip_nulls(to_jsonb(staged_unselected)) AS row_values
)
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, document_key, 'ignored', 'REPEATED', %(reason)s, row_values
FROM gone;

-- name: confirmed_later
-- Mark what a reply that is already merged saw later, though it changed nothing.
UPDATE staged_unselected AS s
SET face_seen_at = later.face_seen_at,
    status_seen_at = later.status_seen_at,
    anomaly_seen_at = later.anomaly_seen_at,
    selection_seen_at = later.selection_seen_at
FROM (
    SELECT document_key,
        max(g.observed_at) FILTER (WHERE 'face' = ANY (g.observed_groups)) AS face_seen_at,
        max(g.observed_at) FILTER (WHERE 'status' = ANY (g.observed_groups)) AS status_seen_at,
        max(g.observed_at) FILTER (WHERE 'anomaly' = ANY (g.observed_groups)) AS anomaly_seen_at,
        max(g.observed_at) FILTER (WHERE 'selection' = ANY (g.observed_groups)) AS selection_seen_at
    FROM pool.sighting AS g CROSS JOIN LATERAL unnest(g.document_keys) AS document_key
    WHERE g.taxpayer_no = %(taxpayer_no)s AND g.direction = %(direction)s
        AND g.observed_at > (SELECT min(observed_at) FROM unnest(%(observed)s::timestamptz[]) AS observed_at)
    GROUP BY document_key
) AS later
WHERE later.document_key = s.document_key;

-- name: mostly_new
-- Whether most of a sample of what is staged is new to the pool; few rows need no sample and are none.
SELECT coalesce(avg((d.document_key IS NULL)::integer) > 0.5, false)
FROM staged_unselected AS s TABLESAMPLE SYSTEM (3) REPEATABLE (1)
LEFT JOIN pool.document AS d ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key;

-- name: held
-- Report the statuses that the merge is about to refuse.
INSERT INTO pool.held_change (
    direction, taxpayer_no, document_key, column_name, current_value, offered_value, reason,
    batch_no, channel, observed_at)
SELECT %(direction)s, %(taxpayer_no)s, document_key, 'status', current_value, offered_value, reason,
    batch_no, channel, observed_at
FROM (
    SELECT s.document_key, d.status AS current_value, s.status AS offered_value, s.observed_at,
        %(batch_no)s AS batch_no, %(channel)s AS channel,
        CASE
            WHEN NOT (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN 'older'
            WHEN (d.status, s.status) IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN 'backwards'
        END AS reason
    FROM staged_unselected AS s
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
    USING (SELECT * FROM staged_unselected ORDER BY CASE WHEN %(by_key)s THEN document_key END) AS s
    ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
    WHEN MATCHED AND (((d.invoice_code IS NULL AND nullif(btrim(s.invoice_code), '') IS NOT NULL)
            OR (d.etax_invoice_no IS NULL AND nullif(btrim(s.etax_invoice_no), '') IS NOT NULL)
            OR (d.issue_date IS NULL AND s.issue_date IS NOT NULL)
            OR (d.seller_tax_no IS NULL AND nullif(btrim(s.seller_tax_no), '') IS NOT NULL)
            OR (d.buyer_tax_no IS NULL AND nullif(btrim(s.buyer_tax_no), '') IS NOT NULL)
            OR (d.tax_org_code IS NULL AND nullif(btrim(s.tax_org_code), '') IS NOT NULL))
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN (
            (s.risk_status IS DISTINCT FROM d.risk_status AND coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) IS DISTINCT FROM d.risk_status)
            OR (s.red_locked IS DISTINCT FROM d.red_locked AND coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) IS DISTINCT FROM d.red_locked)
        ) ELSE (
            (d.risk_status IS NULL AND nullif(btrim(s.risk_status), '') IS NOT NULL)
            OR (d.red_locked IS NULL AND nullif(btrim(s.red_locked), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN (
            (s.fuel_anomaly IS DISTINCT FROM d.fuel_anomaly AND coalesce(nullif(btrim(s.fuel_anomaly), ''), d.fuel_anomaly) IS DISTINCT FROM d.fuel_anomaly)
            OR (s.vehicle_anomaly IS DISTINCT FROM d.vehicle_anomaly AND coalesce(nullif(btrim(s.vehicle_anomaly), ''), d.vehicle_anomaly) IS DISTINCT FROM d.vehicle_anomaly)
            OR (s.duplicate_locked IS DISTINCT FROM d.duplicate_locked AND coalesce(nullif(btrim(s.duplicate_locked), ''), d.duplicate_locked) IS DISTINCT FROM d.duplicate_locked)
        ) ELSE (
            (d.fuel_anomaly IS NULL AND nullif(btrim(s.fuel_anomaly), '') IS NOT NULL)
            OR (d.vehicle_anomaly IS NULL AND nullif(btrim(s.vehicle_anomaly), '') IS NOT NULL)
            OR (d.duplicate_locked IS NULL AND nullif(btrim(s.duplicate_locked), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN (
            coalesce(s.effective_tax_amount, d.effective_tax_amount) IS DISTINCT FROM d.effective_tax_amount
            OR coalesce(s.additional_deduction, d.additional_deduction) IS DISTINCT FROM d.additional_deduction
            OR coalesce(s.additional_deduction_left, d.additional_deduction_left) IS DISTINCT FROM d.additional_deduction_left
        ) ELSE (
            (d.effective_tax_amount IS NULL AND s.effective_tax_amount IS NOT NULL)
            OR (d.additional_deduction IS NULL AND s.additional_deduction IS NOT NULL)
            OR (d.additional_deduction_left IS NULL AND s.additional_deduction_left IS NOT NULL)
        ) END
        OR (s.document IS DISTINCT FROM d.document AND coalesce(d.document, nullif(btrim(s.document), '')) IS DISTINCT FROM d.document)
        OR (s.invoice_type IS DISTINCT FROM d.invoice_type AND coalesce(d.invoice_type, nullif(btrim(s.invoice_type), '')) IS DISTINCT FROM d.invoice_type)
        OR (s.bureau_invoice_type IS DISTINCT FROM d.bureau_invoice_type AND coalesce(d.bureau_invoice_type, nullif(btrim(s.bureau_invoice_type), '')) IS DISTINCT FROM d.bureau_invoice_type)
        OR (s.invoice_no IS DISTINCT FROM d.invoice_no AND coalesce(nullif(d.invoice_no, d.etax_invoice_no), nullif(nullif(btrim(s.invoice_no), ''), s.etax_invoice_no), d.invoice_no, nullif(btrim(s.invoice_no), '')) IS DISTINCT FROM d.invoice_no)
        OR (s.details IS DISTINCT FROM d.details AND coalesce(s.details || d.details, d.details, s.details) IS DISTINCT FROM d.details)
        OR (s.status IS DISTINCT FROM d.status AND CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END IS DISTINCT FROM d.status)
        OR (s.selection_status IS DISTINCT FROM d.selection_status AND CASE WHEN d.selection_status = '4' AND s.selection_status = '0' THEN d.selection_status ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.selection_status), ''), d.selection_status) ELSE coalesce(d.selection_status, nullif(btrim(s.selection_status), '')) END END IS DISTINCT FROM d.selection_status)
        OR (s.verification_status IS DISTINCT FROM d.verification_status AND CASE WHEN d.verification_status = '1' THEN d.verification_status ELSE coalesce(d.verification_status, nullif(btrim(s.verification_status), '')) END IS DISTINCT FROM d.verification_status)
        OR (s.detail_level IS DISTINCT FROM d.detail_level AND CASE WHEN 'full' IN (s.detail_level, d.detail_level) THEN 'full' ELSE d.detail_level END IS DISTINCT FROM d.detail_level))
    THEN UPDATE SET
        document = coalesce(d.document, nullif(btrim(s.document), '')),
        invoice_type = coalesce(d.invoice_type, nullif(btrim(s.invoice_type), '')),
        bureau_invoice_type = coalesce(d.bureau_invoice_type, nullif(btrim(s.bureau_invoice_type), '')),
        invoice_code = coalesce(d.invoice_code, nullif(btrim(s.invoice_code), '')),
        invoice_no = coalesce(nullif(d.invoice_no, d.etax_invoice_no), nullif(nullif(btrim(s.invoice_no), ''), s.etax_invoice_no), d.invoice_no, nullif(btrim(s.invoice_no), '')),
        etax_invoice_no = coalesce(d.etax_invoice_no, nullif(btrim(s.etax_invoice_no), '')),
        issue_date = coalesce(d.issue_date, s.issue_date),
        seller_tax_no = coalesce(d.seller_tax_no, nullif(btrim(s.seller_tax_no), '')),
        buyer_tax_no = coalesce(d.buyer_tax_no, nullif(btrim(s.buyer_tax_no), '')),
        details = coalesce(s.details || d.details, d.details, s.details),
        status = CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END,
        risk_status = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) ELSE coalesce(d.risk_status, nullif(btrim(s.risk_status), '')) END,
        red_locked = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) ELSE coalesce(d.red_locked, nullif(btrim(s.red_locked), '')) END,
        fuel_anomaly = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.fuel_anomaly), ''), d.fuel_anomaly) ELSE coalesce(d.fuel_anomaly, nullif(btrim(s.fuel_anomaly), '')) END,
        vehicle_anomaly = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.vehicle_anomaly), ''), d.vehicle_anomaly) ELSE coalesce(d.vehicle_anomaly, nullif(btrim(s.vehicle_anomaly), '')) END,
        duplicate_locked = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.duplicate_locked), ''), d.duplicate_locked) ELSE coalesce(d.duplicate_locked, nullif(btrim(s.duplicate_locked), '')) END,
        selection_status = CASE WHEN d.selection_status = '4' AND s.selection_status = '0' THEN d.selection_status ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.selection_status), ''), d.selection_status) ELSE coalesce(d.selection_status, nullif(btrim(s.selection_status), '')) END END,
        effective_tax_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(s.effective_tax_amount, d.effective_tax_amount) ELSE coalesce(d.effective_tax_amount, s.effective_tax_amount) END,
        additional_deduction = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(s.additional_deduction, d.additional_deduction) ELSE coalesce(d.additional_deduction, s.additional_deduction) END,
        additional_deduction_left = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(s.additional_deduction_left, d.additional_deduction_left) ELSE coalesce(d.additional_deduction_left, s.additional_deduction_left) END,
        verification_status = CASE WHEN d.verification_status = '1' THEN d.verification_status ELSE coalesce(d.verification_status, nullif(btrim(s.verification_status), '')) END,
        detail_level = CASE WHEN 'full' IN (s.detail_level, d.detail_level) THEN 'full' ELSE d.detail_level END,
        tax_org_code = coalesce(d.tax_org_code, nullif(btrim(s.tax_org_code), '')),
        face_observed_at = greatest(d.face_observed_at, NULL),
        status_observed_at = greatest(d.status_observed_at, CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked) > 0 THEN s.observed_at END),
        anomaly_observed_at = greatest(d.anomaly_observed_at, CASE WHEN num_nonnulls(s.fuel_anomaly, s.vehicle_anomaly, s.duplicate_locked) > 0 THEN s.observed_at END),
        selection_observed_at = greatest(d.selection_observed_at, CASE WHEN num_nonnulls(s.selection_status, s.effective_tax_amount, s.additional_deduction, s.additional_deduction_left) > 0 THEN s.observed_at END),
        channel = %(channel)s,
        batch_no = %(batch_no)s,
        updated_at = (SELECT sync.clock_timestamp())
    WHEN NOT MATCHED AND %(insert_missing)s THEN INSERT (
        direction,
        taxpayer_no,
        document_key,
        document,
        invoice_type,
        bureau_invoice_type,
        invoice_code,
        invoice_no,
        etax_invoice_no,
        issue_date,
        seller_tax_no,
        buyer_tax_no,
        details,
        status,
        risk_status,
        red_locked,
        fuel_anomaly,
        vehicle_anomaly,
        duplicate_locked,
        selection_status,
        effective_tax_amount,
        additional_deduction,
        additional_deduction_left,
        verification_status,
        detail_level,
        tax_org_code,
        first_collected_at,
        face_observed_at,
        status_observed_at,
        anomaly_observed_at,
        selection_observed_at,
        channel,
        batch_no,
        created_at,
        updated_at
    ) VALUES (
        %(direction)s,
        %(taxpayer_no)s,
        s.document_key,
        s.document,
        s.invoice_type,
        s.bureau_invoice_type,
        s.invoice_code,
        s.invoice_no,
        s.etax_invoice_no,
        s.issue_date,
        s.seller_tax_no,
        s.buyer_tax_no,
        s.details,
        s.status,
        s.risk_status,
        s.red_locked,
        s.fuel_anomaly,
        s.vehicle_anomaly,
        s.duplicate_locked,
        s.selection_status,
        s.effective_tax_amount,
        s.additional_deduction,
        s.additional_deduction_left,
        s.verification_status,
        s.detail_level,
        s.tax_org_code,
        s.observed_at,
        NULL,
        CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.fuel_anomaly, s.vehicle_anomaly, s.duplicate_locked) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.selection_status, s.effective_tax_amount, s.additional_deduction, s.additional_deduction_left) > 0 THEN s.observed_at END,
        %(channel)s,
        %(batch_no)s,
        (SELECT sync.clock_timestamp()),
        (SELECT sync.clock_timestamp())
    )
    RETURNING merge_action() AS action, new.document_key, s.observed_at, new.batch_no, new.channel,
        false AS lines_changed,
        new.amount + new.tax_amount = new.total_amount AS adds_up,
        CASE new.direction WHEN 'input' THEN new.buyer_tax_no ELSE new.seller_tax_no END = new.taxpayer_no
            AS owner_is_party,
        CASE WHEN merge_action() = 'UPDATE' THEN ARRAY[
            CASE WHEN old.document IS DISTINCT FROM new.document THEN ('document', old.document::text, new.document::text)::pool.changed_column END,
            CASE WHEN old.invoice_type IS DISTINCT FROM new.invoice_type THEN ('invoice_type', old.invoice_type::text, new.invoice_type::text)::pool.changed_column END,
            CASE WHEN old.bureau_invoice_type IS DISTINCT FROM new.bureau_invoice_type THEN ('bureau_invoice_type', old.bureau_invoice_type::text, new.bureau_invoice_type::text)::pool.changed_column END,
            CASE WHEN old.invoice_code IS DISTINCT FROM new.invoice_code THEN ('invoice_code', old.invoice_code::text, new.invoice_code::text)::pool.changed_column END,
            CASE WHEN old.invoice_no IS DISTINCT FROM new.invoice_no THEN ('invoice_no', old.invoice_no::text, new.invoice_no::text)::pool.changed_column END,
            CASE WHEN old.etax_invoice_no IS DISTINCT FROM new.etax_invoice_no THEN ('etax_invoice_no', old.etax_invoice_no::text, new.etax_invoice_no::text)::pool.changed_column END,
            CASE WHEN old.issue_date IS DISTINCT FROM new.issue_date THEN ('issue_date', old.issue_date::text, new.issue_date::text)::pool.changed_column END,
            CASE WHEN old.seller_tax_no IS DISTINCT FROM new.seller_tax_no THEN ('seller_tax_no', old.seller_tax_no::text, new.seller_tax_no::text)::pool.changed_column END,
            CASE WHEN old.buyer_tax_no IS DISTINCT FROM new.buyer_tax_no THEN ('buyer_tax_no', old.buyer_tax_no::text, new.buyer_tax_no::text)::pool.changed_column END,
            CASE WHEN old.details IS DISTINCT FROM new.details THEN ('details', old.details::text, new.details::text)::pool.changed_column END,
            CASE WHEN old.status IS DISTINCT FROM new.status THEN ('status', old.status::text, new.status::text)::pool.changed_column END,
            CASE WHEN old.risk_status IS DISTINCT FROM new.risk_status THEN ('risk_status', old.risk_status::text, new.risk_status::text)::pool.changed_column END,
            CASE WHEN old.red_locked IS DISTINCT FROM new.red_locked THEN ('red_locked', old.red_locked::text, new.red_locked::text)::pool.changed_column END,
            CASE WHEN old.fuel_anomaly IS DISTINCT FROM new.fuel_anomaly THEN ('fuel_anomaly', old.fuel_anomaly::text, new.fuel_anomaly::text)::pool.changed_column END,
            CASE WHEN old.vehicle_anomaly IS DISTINCT FROM new.vehicle_anomaly THEN ('vehicle_anomaly', old.vehicle_anomaly::text, new.vehicle_anomaly::text)::pool.changed_column END,
            CASE WHEN old.duplicate_locked IS DISTINCT FROM new.duplicate_locked THEN ('duplicate_locked', old.duplicate_locked::text, new.duplicate_locked::text)::pool.changed_column END,
            CASE WHEN old.selection_status IS DISTINCT FROM new.selection_status THEN ('selection_status', old.selection_status::text, new.selection_status::text)::pool.changed_column END,
            CASE WHEN old.effective_tax_amount IS DISTINCT FROM new.effective_tax_amount THEN ('effective_tax_amount', old.effective_tax_amount::text, new.effective_tax_amount::text)::pool.changed_column END,
            CASE WHEN old.additional_deduction IS DISTINCT FROM new.additional_deduction THEN ('additional_deduction', old.additional_deduction::text, new.additional_deduction::text)::pool.changed_column END,
            CASE WHEN old.additional_deduction_left IS DISTINCT FROM new.additional_deduction_left THEN ('additional_deduction_left', old.additional_deduction_left::text, new.additional_deduction_left::text)::pool.changed_column END,
            CASE WHEN old.verification_status IS DISTINCT FROM new.verification_status THEN ('verification_status', old.verification_status::text, new.verification_status::text)::pool.changed_column END,
            CASE WHEN old.detail_level IS DISTINCT FROM new.detail_level THEN ('detail_level', old.detail_level::text, new.detail_level::text)::pool.changed_column END,
            CASE WHEN old.tax_org_code IS DISTINCT FROM new.tax_org_code THEN ('tax_org_code', old.tax_org_code::text, new.tax_org_code::text)::pool.changed_column END
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
