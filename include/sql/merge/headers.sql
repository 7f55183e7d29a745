-- name: stage
-- Wide, nullable staging of this session, empty.
-- Rendered from include/rules/fields.yaml: edit the rules, then run `python -m fapiao.merge_sql` in plugins/.
CREATE TEMP TABLE IF NOT EXISTS staged_headers (
    document_key text,
    observed_at timestamptz,
    document text,
    invoice_type text,
    bureau_invoice_type text,
    invoice_code text,
    invoice_no text,
    etax_invoice_no text,
    issued_at timestamptz,
    issue_date date,
    seller_tax_no text,
    seller_name text,
    buyer_tax_no text,
    buyer_name text,
    amount numeric,
    tax_amount numeric,
    total_amount numeric,
    drawer text,
    remark text,
    business_code text,
    blue_invoice text,
    original_blue_no text,
    original_blue_paper_code text,
    original_blue_paper_no text,
    details jsonb,
    status text,
    risk_status text,
    red_locked text,
    duplicate_locked text,
    selection_status text,
    deduction_status text,
    deduction_purpose text,
    not_deductible_type text,
    not_deductible_reason text,
    tax_period text,
    selected_at timestamptz,
    certified_at timestamptz,
    effective_tax_amount numeric,
    verification_status text,
    detail_level text,
    tax_org_code text,
    source_system text,
    face_seen_at timestamptz,
    status_seen_at timestamptz,
    anomaly_seen_at timestamptz,
    usage_seen_at timestamptz,
    selection_seen_at timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_touched (
    action text,
    document_key text,
    lines_changed boolean,
    adds_up boolean,
    owner_is_party boolean
) ON COMMIT DELETE ROWS;
TRUNCATE staged_headers, staged_touched;

-- name: copy_gateway_header
-- The rows of one package: 进项发票表头采集.
COPY staged_headers (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, seller_tax_no, seller_name, buyer_tax_no, buyer_name, amount, tax_amount,
    business_code, details, status, risk_status, selection_status, deduction_status, deduction_purpose,
    not_deductible_type, not_deductible_reason, tax_period, selected_at, certified_at, effective_tax_amount,
    verification_status, detail_level, tax_org_code, source_system
) FROM STDIN;

-- name: copy_gateway_customs_header
-- The rows of one package: 海关缴款书表头.
COPY staged_headers (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, buyer_tax_no, buyer_name, tax_amount, details, risk_status, selection_status,
    deduction_status, deduction_purpose, not_deductible_type, not_deductible_reason, tax_period, selected_at,
    certified_at, effective_tax_amount, verification_status, detail_level, tax_org_code
) FROM STDIN;

-- name: copy_file_header
-- The rows of one package: 全量发票查询导出结果：发票基础信息.
COPY staged_headers (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, buyer_tax_no, buyer_name, amount,
    tax_amount, total_amount, drawer, remark, blue_invoice, original_blue_no, original_blue_paper_code,
    original_blue_paper_no, details, status, risk_status, verification_status, detail_level, tax_org_code,
    source_system
) FROM STDIN;

-- name: copy_file_selection
-- The rows of one package: 抵扣勾选、不抵扣勾选清单，用途确认信息.
COPY staged_headers (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, buyer_tax_no, buyer_name, amount,
    tax_amount, details, status, risk_status, red_locked, selection_status, deduction_purpose, not_deductible_type,
    not_deductible_reason, tax_period, selected_at, certified_at, effective_tax_amount, verification_status,
    detail_level, tax_org_code, source_system
) FROM STDIN;

-- name: copy_file_customs_header
-- The rows of one package: 海关缴款书基础信息、海关缴款书抵扣勾选清单.
COPY staged_headers (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, buyer_tax_no, buyer_name, tax_amount, details, risk_status, duplicate_locked,
    selection_status, deduction_purpose, not_deductible_type, not_deductible_reason, tax_period, selected_at,
    effective_tax_amount, verification_status, detail_level, tax_org_code
) FROM STDIN;

-- name: copy_file_withholding
-- The rows of one package: 用途确认信息：代扣代缴完税凭证.
COPY staged_headers (
    document_key, observed_at, document, invoice_type, bureau_invoice_type, invoice_code, invoice_no,
    etax_invoice_no, issue_date, seller_tax_no, seller_name, buyer_tax_no, buyer_name, amount, tax_amount, details,
    selection_status, deduction_purpose, not_deductible_type, not_deductible_reason, tax_period, selected_at,
    effective_tax_amount, verification_status, detail_level, tax_org_code
) FROM STDIN;

-- name: one_name
-- What is staged under another name than the key that the pool has or will have for it (protocols §10.6).
WITH staged AS MATERIALIZED (
    SELECT document_key, document_key LIKE '%%-%%' AS is_paper, etax_invoice_no AS digital, invoice_code || '-' || invoice_no AS paper FROM staged_headers
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
UPDATE staged_headers AS s
SET document_key = m.kept
FROM unnest(%(said)s::text[], %(kept)s::text[]) AS m (said, kept)
WHERE m.said = s.document_key;

-- name: totals
-- Rows, distinct documents, stated statuses, and the sums.
SELECT count(*), count(DISTINCT document_key), count(status), coalesce(sum(amount), 0), coalesce(sum(tax_amount), 0)
FROM staged_headers;

-- name: missing
-- Note the staged documents that the pool does not hold, as ignored.
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, s.document_key, 'ignored', 'NOT_IN_POOL', %(reason)s, '{}'::jsonb
FROM staged_headers AS s
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
        issued_at,
        issue_date,
        seller_tax_no,
        seller_name,
        buyer_tax_no,
        buyer_name,
        amount,
        tax_amount,
        total_amount,
        drawer,
        remark,
        business_code,
        blue_invoice,
        original_blue_no,
        original_blue_paper_code,
        original_blue_paper_no,
        details,
        status,
        risk_status,
        red_locked,
        duplicate_locked,
        selection_status,
        deduction_status,
        deduction_purpose,
        not_deductible_type,
        not_deductible_reason,
        tax_period,
        selected_at,
        certified_at,
        effective_tax_amount,
        verification_status,
        detail_level,
        tax_org_code,
        source_system
    ), 0)) AS versions
    FROM staged_headers
    WHERE document_key IN (SELECT document_key FROM staged_headers GROUP BY document_key HAVING count(*) > 1)
    GROUP BY document_key
    HAVING count(*) > 1
) AS repeated;

-- name: forget_repeats
-- Keep the newest row of every key; what goes is noted and counted as ignored.
WITH newest_first AS (
    SELECT ctid AS place,
        row_number() OVER (PARTITION BY document_key ORDER BY observed_at DESC, ctid DESC) AS place_no
    FROM staged_headers
    WHERE document_key IN (SELECT document_key FROM staged_headers GROUP BY document_key HAVING count(*) > 1)
), gone AS (
    DELETE FROM staged_headers USING newest_first WHERE staged_headers.ctid = place AND place_no > 1
    RETURNING document_key, jsonb_strip_nulls(to_jsonb(staged_headers)) AS row_values
)
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, document_key, 'ignored', 'REPEATED', %(reason)s, row_values
FROM gone;

-- name: confirmed_later
-- Mark what a reply that is already merged saw later, though it changed nothing.
UPDATE staged_headers AS s
SET face_seen_at = later.face_seen_at,
    status_seen_at = later.status_seen_at,
    anomaly_seen_at = later.anomaly_seen_at,
    usage_seen_at = later.usage_seen_at,
    selection_seen_at = later.selection_seen_at
FROM (
    SELECT document_key,
        max(g.observed_at) FILTER (WHERE 'face' = ANY (g.observed_groups)) AS face_seen_at,
        max(g.observed_at) FILTER (WHERE 'status' = ANY (g.observed_groups)) AS status_seen_at,
        max(g.observed_at) FILTER (WHERE 'anomaly' = ANY (g.observed_groups)) AS anomaly_seen_at,
        max(g.observed_at) FILTER (WHERE 'usage' = ANY (g.observed_groups)) AS usage_seen_at,
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
FROM staged_headers AS s TABLESAMPLE SYSTEM (3) REPEATABLE (1)
LEFT JOIN pool.document AS d ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key;

-- name: forget_known_faces
-- Of a document 已验 a header says statuses and periods only (R029); where a mode adds nothing, of every one.
UPDATE staged_headers AS s
SET document = NULL,
    invoice_type = NULL,
    bureau_invoice_type = NULL,
    invoice_code = NULL,
    invoice_no = NULL,
    etax_invoice_no = NULL,
    issued_at = NULL,
    issue_date = NULL,
    seller_tax_no = NULL,
    seller_name = NULL,
    buyer_tax_no = NULL,
    buyer_name = NULL,
    amount = NULL,
    tax_amount = NULL,
    total_amount = NULL,
    drawer = NULL,
    remark = NULL,
    business_code = NULL,
    blue_invoice = NULL,
    original_blue_no = NULL,
    original_blue_paper_code = NULL,
    original_blue_paper_no = NULL,
    details = NULL,
    tax_org_code = NULL,
    source_system = NULL
FROM pool.document AS d
WHERE d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
    AND (%(only_statuses)s OR d.verification_status = '1');

-- name: set_aside
-- Of the documents that the pool lacks, all or those of types that are verified first wait in the cache (A-33).
WITH aside AS (
    DELETE FROM staged_headers AS s
    WHERE (%(everything)s OR s.invoice_type = ANY (%(verified_first)s))
        AND NOT EXISTS (SELECT FROM pool.document AS d WHERE d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key)
    RETURNING s.*
), kept AS (
    INSERT INTO pool.verification_cache AS c (
        direction, taxpayer_no, document_key, target, observed_at, row_values, line_values, batch_no, channel)
    SELECT %(direction)s, %(taxpayer_no)s, a.document_key, 'headers', a.observed_at, jsonb_strip_nulls(to_jsonb(a)),
        l.line_values, %(batch_no)s, %(channel)s
    FROM aside AS a
    LEFT JOIN (
        SELECT document_key, jsonb_agg(jsonb_strip_nulls(to_jsonb(line)) ORDER BY line_no) AS line_values
        FROM staged_lines AS line
        GROUP BY document_key
    ) AS l ON l.document_key = a.document_key
    ON CONFLICT (taxpayer_no, direction, document_key, target) DO UPDATE SET
        observed_at = excluded.observed_at,
        row_values = excluded.row_values,
        line_values = coalesce(excluded.line_values, c.line_values),
        batch_no = excluded.batch_no,
        channel = excluded.channel
    WHERE excluded.observed_at >= c.observed_at
), told AS (
    INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
    SELECT %(batch_no)s, %(generation)s, document_key, 'ignored', 'IN_CACHE', %(reason)s, '{}'::jsonb
    FROM aside
)
SELECT document_key, invoice_type, invoice_code, invoice_no, etax_invoice_no, issue_date, amount, tax_amount
FROM aside
ORDER BY document_key;

-- name: take_from_cache
-- Stage what the cache holds of these documents, and forget it there.
WITH taken AS (
    DELETE FROM pool.verification_cache AS c
    WHERE c.direction = %(direction)s AND c.taxpayer_no = %(taxpayer_no)s AND c.target = 'headers'
        AND c.document_key = ANY (%(document_keys)s)
    RETURNING c.*
), lines AS (
    INSERT INTO staged_lines
    SELECT l.* FROM taken AS t
    CROSS JOIN LATERAL jsonb_populate_recordset(NULL::staged_lines, coalesce(t.line_values, '[]')) AS l
    ORDER BY l.document_key, l.line_no
    RETURNING document_key
), staged AS (
    INSERT INTO staged_headers
    SELECT (jsonb_populate_record(NULL::staged_headers, row_values)).* FROM taken
    RETURNING observed_at
)
SELECT count(*), coalesce(array_agg(observed_at::text), '{}'), (SELECT count(*) FROM lines) FROM staged;

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
    FROM staged_headers AS s
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
    USING (SELECT * FROM staged_headers ORDER BY CASE WHEN %(by_key)s THEN document_key END) AS s
    ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
    WHEN MATCHED AND (((d.invoice_code IS NULL AND nullif(btrim(s.invoice_code), '') IS NOT NULL)
            OR (d.etax_invoice_no IS NULL AND nullif(btrim(s.etax_invoice_no), '') IS NOT NULL)
            OR (d.issued_at IS NULL AND s.issued_at IS NOT NULL)
            OR (d.issue_date IS NULL AND s.issue_date IS NOT NULL)
            OR (d.seller_tax_no IS NULL AND nullif(btrim(s.seller_tax_no), '') IS NOT NULL)
            OR (d.seller_name IS NULL AND nullif(btrim(s.seller_name), '') IS NOT NULL)
            OR (d.buyer_tax_no IS NULL AND nullif(btrim(s.buyer_tax_no), '') IS NOT NULL)
            OR (d.buyer_name IS NULL AND nullif(btrim(s.buyer_name), '') IS NOT NULL)
            OR (d.amount IS NULL AND s.amount IS NOT NULL)
            OR (d.tax_amount IS NULL AND s.tax_amount IS NOT NULL)
            OR (d.total_amount IS NULL AND s.total_amount IS NOT NULL)
            OR (d.drawer IS NULL AND nullif(btrim(s.drawer), '') IS NOT NULL)
            OR (d.remark IS NULL AND nullif(btrim(s.remark), '') IS NOT NULL)
            OR (d.business_code IS NULL AND nullif(btrim(s.business_code), '') IS NOT NULL)
            OR (d.blue_invoice IS NULL AND nullif(btrim(s.blue_invoice), '') IS NOT NULL)
            OR (d.original_blue_no IS NULL AND nullif(btrim(s.original_blue_no), '') IS NOT NULL)
            OR (d.original_blue_paper_code IS NULL AND nullif(btrim(s.original_blue_paper_code), '') IS NOT NULL)
            OR (d.original_blue_paper_no IS NULL AND nullif(btrim(s.original_blue_paper_no), '') IS NOT NULL)
            OR (d.tax_org_code IS NULL AND nullif(btrim(s.tax_org_code), '') IS NOT NULL)
            OR (d.source_system IS NULL AND nullif(btrim(s.source_system), '') IS NOT NULL))
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN (
            (s.risk_status IS DISTINCT FROM d.risk_status AND coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) IS DISTINCT FROM d.risk_status)
            OR (s.red_locked IS DISTINCT FROM d.red_locked AND coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) IS DISTINCT FROM d.red_locked)
        ) ELSE (
            (d.risk_status IS NULL AND nullif(btrim(s.risk_status), '') IS NOT NULL)
            OR (d.red_locked IS NULL AND nullif(btrim(s.red_locked), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN (
            (s.duplicate_locked IS DISTINCT FROM d.duplicate_locked AND coalesce(nullif(btrim(s.duplicate_locked), ''), d.duplicate_locked) IS DISTINCT FROM d.duplicate_locked)
        ) ELSE (
            (d.duplicate_locked IS NULL AND nullif(btrim(s.duplicate_locked), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN (
            (s.tax_period IS DISTINCT FROM d.tax_period AND coalesce(nullif(btrim(s.tax_period), ''), d.tax_period) IS DISTINCT FROM d.tax_period)
        ) ELSE (
            (d.tax_period IS NULL AND nullif(btrim(s.tax_period), '') IS NOT NULL)
        ) END
        OR CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN (
            (s.deduction_status IS DISTINCT FROM d.deduction_status AND coalesce(nullif(btrim(s.deduction_status), ''), d.deduction_status) IS DISTINCT FROM d.deduction_status)
            OR (s.deduction_purpose IS DISTINCT FROM d.deduction_purpose AND coalesce(nullif(btrim(s.deduction_purpose), ''), d.deduction_purpose) IS DISTINCT FROM d.deduction_purpose)
            OR (s.not_deductible_type IS DISTINCT FROM d.not_deductible_type AND coalesce(nullif(btrim(s.not_deductible_type), ''), d.not_deductible_type) IS DISTINCT FROM d.not_deductible_type)
            OR (s.not_deductible_reason IS DISTINCT FROM d.not_deductible_reason AND coalesce(nullif(btrim(s.not_deductible_reason), ''), d.not_deductible_reason) IS DISTINCT FROM d.not_deductible_reason)
            OR coalesce(s.selected_at, d.selected_at) IS DISTINCT FROM d.selected_at
            OR coalesce(s.certified_at, d.certified_at) IS DISTINCT FROM d.certified_at
            OR coalesce(s.effective_tax_amount, d.effective_tax_amount) IS DISTINCT FROM d.effective_tax_amount
        ) ELSE (
            (d.deduction_status IS NULL AND nullif(btrim(s.deduction_status), '') IS NOT NULL)
            OR (d.deduction_purpose IS NULL AND nullif(btrim(s.deduction_purpose), '') IS NOT NULL)
            OR (d.not_deductible_type IS NULL AND nullif(btrim(s.not_deductible_type), '') IS NOT NULL)
            OR (d.not_deductible_reason IS NULL AND nullif(btrim(s.not_deductible_reason), '') IS NOT NULL)
            OR (d.selected_at IS NULL AND s.selected_at IS NOT NULL)
            OR (d.certified_at IS NULL AND s.certified_at IS NOT NULL)
            OR (d.effective_tax_amount IS NULL AND s.effective_tax_amount IS NOT NULL)
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
        issued_at = coalesce(d.issued_at, s.issued_at),
        issue_date = coalesce(d.issue_date, s.issue_date),
        seller_tax_no = coalesce(d.seller_tax_no, nullif(btrim(s.seller_tax_no), '')),
        seller_name = coalesce(d.seller_name, nullif(btrim(s.seller_name), '')),
        buyer_tax_no = coalesce(d.buyer_tax_no, nullif(btrim(s.buyer_tax_no), '')),
        buyer_name = coalesce(d.buyer_name, nullif(btrim(s.buyer_name), '')),
        amount = coalesce(d.amount, s.amount),
        tax_amount = coalesce(d.tax_amount, s.tax_amount),
        total_amount = coalesce(d.total_amount, s.total_amount),
        drawer = coalesce(d.drawer, nullif(btrim(s.drawer), '')),
        remark = coalesce(d.remark, nullif(btrim(s.remark), '')),
        business_code = coalesce(d.business_code, nullif(btrim(s.business_code), '')),
        blue_invoice = coalesce(d.blue_invoice, nullif(btrim(s.blue_invoice), '')),
        original_blue_no = coalesce(d.original_blue_no, nullif(btrim(s.original_blue_no), '')),
        original_blue_paper_code = coalesce(d.original_blue_paper_code, nullif(btrim(s.original_blue_paper_code), '')),
        original_blue_paper_no = coalesce(d.original_blue_paper_no, nullif(btrim(s.original_blue_paper_no), '')),
        details = coalesce(s.details || d.details, d.details, s.details),
        status = CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END,
        risk_status = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) ELSE coalesce(d.risk_status, nullif(btrim(s.risk_status), '')) END,
        red_locked = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) ELSE coalesce(d.red_locked, nullif(btrim(s.red_locked), '')) END,
        duplicate_locked = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.duplicate_locked), ''), d.duplicate_locked) ELSE coalesce(d.duplicate_locked, nullif(btrim(s.duplicate_locked), '')) END,
        selection_status = CASE WHEN d.selection_status = '4' AND s.selection_status = '0' THEN d.selection_status ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.selection_status), ''), d.selection_status) ELSE coalesce(d.selection_status, nullif(btrim(s.selection_status), '')) END END,
        deduction_status = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.deduction_status), ''), d.deduction_status) ELSE coalesce(d.deduction_status, nullif(btrim(s.deduction_status), '')) END,
        deduction_purpose = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.deduction_purpose), ''), d.deduction_purpose) ELSE coalesce(d.deduction_purpose, nullif(btrim(s.deduction_purpose), '')) END,
        not_deductible_type = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.not_deductible_type), ''), d.not_deductible_type) ELSE coalesce(d.not_deductible_type, nullif(btrim(s.not_deductible_type), '')) END,
        not_deductible_reason = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.not_deductible_reason), ''), d.not_deductible_reason) ELSE coalesce(d.not_deductible_reason, nullif(btrim(s.not_deductible_reason), '')) END,
        tax_period = CASE WHEN (coalesce(s.observed_at >= greatest(d.usage_observed_at, s.usage_seen_at), true)) THEN coalesce(nullif(btrim(s.tax_period), ''), d.tax_period) ELSE coalesce(d.tax_period, nullif(btrim(s.tax_period), '')) END,
        selected_at = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(s.selected_at, d.selected_at) ELSE coalesce(d.selected_at, s.selected_at) END,
        certified_at = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(s.certified_at, d.certified_at) ELSE coalesce(d.certified_at, s.certified_at) END,
        effective_tax_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(s.effective_tax_amount, d.effective_tax_amount) ELSE coalesce(d.effective_tax_amount, s.effective_tax_amount) END,
        verification_status = CASE WHEN d.verification_status = '1' THEN d.verification_status ELSE coalesce(d.verification_status, nullif(btrim(s.verification_status), '')) END,
        detail_level = CASE WHEN 'full' IN (s.detail_level, d.detail_level) THEN 'full' ELSE d.detail_level END,
        tax_org_code = coalesce(d.tax_org_code, nullif(btrim(s.tax_org_code), '')),
        source_system = coalesce(d.source_system, nullif(btrim(s.source_system), '')),
        face_observed_at = greatest(d.face_observed_at, NULL),
        status_observed_at = greatest(d.status_observed_at, CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked) > 0 THEN s.observed_at END),
        anomaly_observed_at = greatest(d.anomaly_observed_at, CASE WHEN num_nonnulls(s.duplicate_locked) > 0 THEN s.observed_at END),
        usage_observed_at = greatest(d.usage_observed_at, CASE WHEN num_nonnulls(s.tax_period) > 0 THEN s.observed_at END),
        selection_observed_at = greatest(d.selection_observed_at, CASE WHEN num_nonnulls(s.selection_status, s.deduction_status, s.deduction_purpose, s.not_deductible_type, s.not_deductible_reason, s.selected_at, s.certified_at, s.effective_tax_amount) > 0 THEN s.observed_at END),
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
        issued_at,
        issue_date,
        seller_tax_no,
        seller_name,
        buyer_tax_no,
        buyer_name,
        amount,
        tax_amount,
        total_amount,
        drawer,
        remark,
        business_code,
        blue_invoice,
        original_blue_no,
        original_blue_paper_code,
        original_blue_paper_no,
        details,
        status,
        risk_status,
        red_locked,
        duplicate_locked,
        selection_status,
        deduction_status,
        deduction_purpose,
        not_deductible_type,
        not_deductible_reason,
        tax_period,
        selected_at,
        certified_at,
        effective_tax_amount,
        verification_status,
        detail_level,
        tax_org_code,
        source_system,
        first_collected_at,
        face_observed_at,
        status_observed_at,
        anomaly_observed_at,
        usage_observed_at,
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
        s.issued_at,
        s.issue_date,
        s.seller_tax_no,
        s.seller_name,
        s.buyer_tax_no,
        s.buyer_name,
        s.amount,
        s.tax_amount,
        s.total_amount,
        s.drawer,
        s.remark,
        s.business_code,
        s.blue_invoice,
        s.original_blue_no,
        s.original_blue_paper_code,
        s.original_blue_paper_no,
        s.details,
        s.status,
        s.risk_status,
        s.red_locked,
        s.duplicate_locked,
        s.selection_status,
        s.deduction_status,
        s.deduction_purpose,
        s.not_deductible_type,
        s.not_deductible_reason,
        s.tax_period,
        s.selected_at,
        s.certified_at,
        s.effective_tax_amount,
        s.verification_status,
        s.detail_level,
        s.tax_org_code,
        s.source_system,
        s.observed_at,
        NULL,
        CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.duplicate_locked) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.tax_period) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.selection_status, s.deduction_status, s.deduction_purpose, s.not_deductible_type, s.not_deductible_reason, s.selected_at, s.certified_at, s.effective_tax_amount) > 0 THEN s.observed_at END,
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
            CASE WHEN old.issued_at IS DISTINCT FROM new.issued_at THEN ('issued_at', old.issued_at::text, new.issued_at::text)::pool.changed_column END,
            CASE WHEN old.issue_date IS DISTINCT FROM new.issue_date THEN ('issue_date', old.issue_date::text, new.issue_date::text)::pool.changed_column END,
            CASE WHEN old.seller_tax_no IS DISTINCT FROM new.seller_tax_no THEN ('seller_tax_no', old.seller_tax_no::text, new.seller_tax_no::text)::pool.changed_column END,
            CASE WHEN old.seller_name IS DISTINCT FROM new.seller_name THEN ('seller_name', old.seller_name::text, new.seller_name::text)::pool.changed_column END,
            CASE WHEN old.buyer_tax_no IS DISTINCT FROM new.buyer_tax_no THEN ('buyer_tax_no', old.buyer_tax_no::text, new.buyer_tax_no::text)::pool.changed_column END,
            CASE WHEN old.buyer_name IS DISTINCT FROM new.buyer_name THEN ('buyer_name', old.buyer_name::text, new.buyer_name::text)::pool.changed_column END,
            CASE WHEN old.amount IS DISTINCT FROM new.amount THEN ('amount', old.amount::text, new.amount::text)::pool.changed_column END,
            CASE WHEN old.tax_amount IS DISTINCT FROM new.tax_amount THEN ('tax_amount', old.tax_amount::text, new.tax_amount::text)::pool.changed_column END,
            CASE WHEN old.total_amount IS DISTINCT FROM new.total_amount THEN ('total_amount', old.total_amount::text, new.total_amount::text)::pool.changed_column END,
            CASE WHEN old.drawer IS DISTINCT FROM new.drawer THEN ('drawer', old.drawer::text, new.drawer::text)::pool.changed_column END,
            CASE WHEN old.remark IS DISTINCT FROM new.remark THEN ('remark', old.remark::text, new.remark::text)::pool.changed_column END,
            CASE WHEN old.business_code IS DISTINCT FROM new.business_code THEN ('business_code', old.business_code::text, new.business_code::text)::pool.changed_column END,
            CASE WHEN old.blue_invoice IS DISTINCT FROM new.blue_invoice THEN ('blue_invoice', old.blue_invoice::text, new.blue_invoice::text)::pool.changed_column END,
            CASE WHEN old.original_blue_no IS DISTINCT FROM new.original_blue_no THEN ('original_blue_no', old.original_blue_no::text, new.original_blue_no::text)::pool.changed_column END,
            CASE WHEN old.original_blue_paper_code IS DISTINCT FROM new.original_blue_paper_code THEN ('original_blue_paper_code', old.original_blue_paper_code::text, new.original_blue_paper_code::text)::pool.changed_column END,
            CASE WHEN old.original_blue_paper_no IS DISTINCT FROM new.original_blue_paper_no THEN ('original_blue_paper_no', old.original_blue_paper_no::text, new.original_blue_paper_no::text)::pool.changed_column END,
            CASE WHEN old.details IS DISTINCT FROM new.details THEN ('details', old.details::text, new.details::text)::pool.changed_column END,
            CASE WHEN old.status IS DISTINCT FROM new.status THEN ('status', old.status::text, new.status::text)::pool.changed_column END,
            CASE WHEN old.risk_status IS DISTINCT FROM new.risk_status THEN ('risk_status', old.risk_status::text, new.risk_status::text)::pool.changed_column END,
            CASE WHEN old.red_locked IS DISTINCT FROM new.red_locked THEN ('red_locked', old.red_locked::text, new.red_locked::text)::pool.changed_column END,
            CASE WHEN old.duplicate_locked IS DISTINCT FROM new.duplicate_locked THEN ('duplicate_locked', old.duplicate_locked::text, new.duplicate_locked::text)::pool.changed_column END,
            CASE WHEN old.selection_status IS DISTINCT FROM new.selection_status THEN ('selection_status', old.selection_status::text, new.selection_status::text)::pool.changed_column END,
            CASE WHEN old.deduction_status IS DISTINCT FROM new.deduction_status THEN ('deduction_status', old.deduction_status::text, new.deduction_status::text)::pool.changed_column END,
            CASE WHEN old.deduction_purpose IS DISTINCT FROM new.deduction_purpose THEN ('deduction_purpose', old.deduction_purpose::text, new.deduction_purpose::text)::pool.changed_column END,
            CASE WHEN old.not_deductible_type IS DISTINCT FROM new.not_deductible_type THEN ('not_deductible_type', old.not_deductible_type::text, new.not_deductible_type::text)::pool.changed_column END,
            CASE WHEN old.not_deductible_reason IS DISTINCT FROM new.not_deductible_reason THEN ('not_deductible_reason', old.not_deductible_reason::text, new.not_deductible_reason::text)::pool.changed_column END,
            CASE WHEN old.tax_period IS DISTINCT FROM new.tax_period THEN ('tax_period', old.tax_period::text, new.tax_period::text)::pool.changed_column END,
            CASE WHEN old.selected_at IS DISTINCT FROM new.selected_at THEN ('selected_at', old.selected_at::text, new.selected_at::text)::pool.changed_column END,
            CASE WHEN old.certified_at IS DISTINCT FROM new.certified_at THEN ('certified_at', old.certified_at::text, new.certified_at::text)::pool.changed_column END,
            CASE WHEN old.effective_tax_amount IS DISTINCT FROM new.effective_tax_amount THEN ('effective_tax_amount', old.effective_tax_amount::text, new.effective_tax_amount::text)::pool.changed_column END,
            CASE WHEN old.verification_status IS DISTINCT FROM new.verification_status THEN ('verification_status', old.verification_status::text, new.verification_status::text)::pool.changed_column END,
            CASE WHEN old.detail_level IS DISTINCT FROM new.detail_level THEN ('detail_level', old.detail_level::text, new.detail_level::text)::pool.changed_column END,
            CASE WHEN old.tax_org_code IS DISTINCT FROM new.tax_org_code THEN ('tax_org_code', old.tax_org_code::text, new.tax_org_code::text)::pool.changed_column END,
            CASE WHEN old.source_system IS DISTINCT FROM new.source_system THEN ('source_system', old.source_system::text, new.source_system::text)::pool.changed_column END
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
