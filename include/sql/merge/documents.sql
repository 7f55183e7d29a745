-- name: stage
-- Wide, nullable staging of this session, empty.
-- Rendered from include/rules/fields.yaml: edit the rules, then run `python -m fapiao.merge_sql` in plugins/.
CREATE TEMP TABLE IF NOT EXISTS staged_documents (
    document_key text,
    observed_at timestamptz,
    status_default text,
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
    seller_address text,
    seller_phone text,
    seller_bank text,
    seller_account text,
    seller_address_phone text,
    seller_bank_account text,
    buyer_tax_no text,
    buyer_name text,
    buyer_address text,
    buyer_phone text,
    buyer_bank text,
    buyer_account text,
    buyer_address_phone text,
    buyer_bank_account text,
    true_seller_tax_no text,
    true_seller_name text,
    filing_taxpayer_no text,
    seller_taxpayer_kind text,
    amount numeric,
    tax_amount numeric,
    total_amount numeric,
    total_amount_text text,
    total_tax_incl_amount numeric,
    deduction_amount numeric,
    non_taxable_amount numeric,
    tax_rate numeric,
    drawer text,
    payee text,
    reviewer text,
    remark text,
    check_code text,
    tax_control_code text,
    machine_no text,
    tax_payment_no text,
    ticket_kind text,
    business_code text,
    special_type text,
    issue_kind text,
    blue_invoice text,
    original_blue_no text,
    original_blue_paper_code text,
    original_blue_paper_no text,
    voiding_flag text,
    voided_at timestamptz,
    settlement_code text,
    levy_refund_code text,
    export_refund_code text,
    rate_inclusive text,
    rate_applicable text,
    line_count integer,
    lines_hash text,
    details jsonb,
    status text,
    risk_status text,
    red_locked text,
    fuel_anomaly text,
    vehicle_anomaly text,
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
    verify_source text,
    detail_level text,
    tax_org_code text,
    aggregated_on date,
    fare numeric,
    fuel_surcharge numeric,
    development_fund numeric,
    other_charges numeric,
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
TRUNCATE staged_documents, staged_touched;

-- name: copy_digital
-- The rows of one package: 数字化电子发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    seller_bank, seller_account, buyer_tax_no, buyer_name, buyer_address, buyer_phone, buyer_bank, buyer_account,
    seller_taxpayer_kind, amount, tax_amount, total_amount, total_amount_text, total_tax_incl_amount,
    deduction_amount, drawer, payee, reviewer, remark, ticket_kind, business_code, blue_invoice, original_blue_no,
    original_blue_paper_code, original_blue_paper_no, settlement_code, levy_refund_code, export_refund_code,
    line_count, lines_hash, details, status, risk_status, red_locked, fuel_anomaly, verification_status,
    verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_tax_control
-- The rows of one package: 增值税发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address_phone,
    seller_bank_account, buyer_tax_no, buyer_name, buyer_address_phone, buyer_bank_account, true_seller_tax_no,
    true_seller_name, seller_taxpayer_kind, amount, tax_amount, total_amount, total_tax_incl_amount,
    non_taxable_amount, tax_rate, remark, check_code, special_type, issue_kind, blue_invoice, voiding_flag,
    voided_at, rate_inclusive, rate_applicable, line_count, lines_hash, details, status, risk_status, red_locked,
    vehicle_anomaly, verification_status, verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_roll
-- The rows of one package: 增值税普通发票（卷式）.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address_phone,
    seller_bank_account, buyer_tax_no, buyer_name, buyer_address_phone, buyer_bank_account, true_seller_tax_no,
    true_seller_name, filing_taxpayer_no, amount, tax_amount, total_amount, total_tax_incl_amount,
    non_taxable_amount, tax_rate, remark, check_code, tax_payment_no, special_type, blue_invoice, voiding_flag,
    voided_at, line_count, lines_hash, details, status, risk_status, red_locked, verification_status, verify_source,
    detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_toll
-- The rows of one package: 增值税普通发票（通行费）.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address_phone,
    seller_bank_account, buyer_tax_no, buyer_name, buyer_address_phone, buyer_bank_account, true_seller_tax_no,
    true_seller_name, filing_taxpayer_no, amount, tax_amount, total_amount, total_tax_incl_amount,
    non_taxable_amount, tax_rate, remark, check_code, tax_control_code, tax_payment_no, special_type, blue_invoice,
    voiding_flag, voided_at, lines_hash, details, status, risk_status, red_locked, verification_status,
    verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_motor
-- The rows of one package: 机动车销售统一发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    seller_bank, seller_account, buyer_tax_no, buyer_name, filing_taxpayer_no, amount, tax_amount, total_amount,
    total_tax_incl_amount, tax_rate, drawer, tax_control_code, tax_payment_no, issue_kind, blue_invoice,
    voiding_flag, voided_at, rate_applicable, lines_hash, details, status, risk_status, red_locked, vehicle_anomaly,
    verification_status, verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_used_car
-- The rows of one package: 二手车销售统一发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    buyer_tax_no, buyer_name, buyer_address, buyer_phone, filing_taxpayer_no, total_amount, total_tax_incl_amount,
    drawer, remark, tax_control_code, issue_kind, blue_invoice, rate_applicable, lines_hash, details, status,
    risk_status, red_locked, verification_status, verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_air
-- The rows of one package: 航空运输客票电子行程单发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    buyer_tax_no, buyer_name, buyer_address, buyer_phone, amount, tax_amount, total_amount, total_amount_text,
    total_tax_incl_amount, drawer, payee, reviewer, remark, ticket_kind, business_code, blue_invoice,
    original_blue_no, settlement_code, levy_refund_code, export_refund_code, lines_hash, details, status,
    risk_status, red_locked, verification_status, verify_source, detail_level, tax_org_code, aggregated_on, fare,
    fuel_surcharge, development_fund, other_charges
) FROM STDIN;

-- name: copy_rail
-- The rows of one package: 铁路电子客票发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    buyer_tax_no, buyer_name, buyer_address, buyer_phone, amount, tax_amount, total_amount, total_amount_text,
    total_tax_incl_amount, drawer, payee, reviewer, remark, ticket_kind, business_code, blue_invoice,
    original_blue_no, settlement_code, levy_refund_code, export_refund_code, lines_hash, details, status,
    risk_status, red_locked, verification_status, verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_motor_digital
-- The rows of one package: 数字化电子发票-机动车销售统一发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    seller_bank, seller_account, buyer_tax_no, buyer_name, buyer_address, buyer_phone, buyer_bank, buyer_account,
    amount, tax_amount, total_amount, total_amount_text, total_tax_incl_amount, tax_rate, drawer, remark,
    tax_payment_no, ticket_kind, business_code, blue_invoice, original_blue_no, original_blue_paper_code,
    original_blue_paper_no, lines_hash, details, status, risk_status, red_locked, verification_status,
    verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_used_car_digital
-- The rows of one package: 数字化电子发票-二手车销售统一发票.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    seller_bank, seller_account, buyer_tax_no, buyer_name, buyer_address, buyer_phone, buyer_bank, buyer_account,
    amount, tax_amount, total_amount, total_amount_text, total_tax_incl_amount, drawer, remark, ticket_kind,
    business_code, blue_invoice, original_blue_no, original_blue_paper_code, original_blue_paper_no, lines_hash,
    details, status, risk_status, red_locked, verification_status, verify_source, detail_level, tax_org_code,
    aggregated_on
) FROM STDIN;

-- name: copy_customs
-- The rows of one package: 增值税海关缴款书.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, buyer_tax_no, buyer_name, tax_amount, total_tax_incl_amount,
    blue_invoice, lines_hash, details, duplicate_locked, verification_status, verify_source, detail_level,
    tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_withholding
-- The rows of one package: 增值税代扣代缴完税凭证.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, buyer_tax_no, buyer_name,
    amount, tax_amount, total_tax_incl_amount, blue_invoice, lines_hash, details, verification_status,
    verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_gateway_full
-- The rows of one package: RPA 通道下载获取到发票全量数据.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issue_date, seller_tax_no, seller_name, seller_address_phone, seller_bank_account,
    buyer_tax_no, buyer_name, buyer_address_phone, buyer_bank_account, amount, tax_amount, total_amount,
    total_tax_incl_amount, remark, check_code, machine_no, business_code, blue_invoice, lines_hash, details, status,
    risk_status, selection_status, deduction_status, deduction_purpose, not_deductible_type, not_deductible_reason,
    tax_period, selected_at, certified_at, effective_tax_amount, verification_status, verify_source, detail_level,
    tax_org_code, aggregated_on, fare, fuel_surcharge, development_fund, other_charges, source_system
) FROM STDIN;

-- name: copy_gateway_customs_full
-- The rows of one package: 海关缴款书：RPA 通道下载获取到全量数据.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issue_date, buyer_tax_no, buyer_name, tax_amount, total_tax_incl_amount,
    blue_invoice, lines_hash, details, risk_status, selection_status, deduction_status, deduction_purpose,
    not_deductible_type, not_deductible_reason, tax_period, selected_at, certified_at, effective_tax_amount,
    verification_status, verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: copy_verified
-- The rows of one package: 走查验并入库.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issue_date, seller_tax_no, seller_name, seller_address_phone, seller_bank_account,
    buyer_tax_no, buyer_name, buyer_address_phone, buyer_bank_account, amount, tax_amount, total_amount,
    total_tax_incl_amount, remark, check_code, machine_no, business_code, blue_invoice, lines_hash, details, status,
    risk_status, selection_status, deduction_status, deduction_purpose, not_deductible_type, not_deductible_reason,
    tax_period, selected_at, certified_at, effective_tax_amount, verification_status, verify_source, detail_level,
    tax_org_code, aggregated_on, fare, fuel_surcharge, development_fund, other_charges, source_system
) FROM STDIN;

-- name: copy_file_invoice
-- The rows of one package: 可获取发票结构化数据，包括购销方信息、发票明细、备注等信息.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issued_at, issue_date, seller_tax_no, seller_name, seller_address, seller_phone,
    seller_bank, seller_account, seller_address_phone, seller_bank_account, buyer_tax_no, buyer_name,
    buyer_address_phone, buyer_bank_account, amount, tax_amount, total_amount, total_tax_incl_amount, tax_rate,
    drawer, payee, reviewer, remark, check_code, tax_control_code, machine_no, tax_payment_no, blue_invoice,
    original_blue_no, original_blue_paper_code, original_blue_paper_no, lines_hash, details, status, risk_status,
    verification_status, verify_source, detail_level, tax_org_code, aggregated_on, source_system
) FROM STDIN;

-- name: copy_file_customs
-- The rows of one package: 全量海关缴款书：基础信息与货物清单.
COPY staged_documents (
    document_key, observed_at, status_default, document, invoice_type, bureau_invoice_type, invoice_code,
    invoice_no, etax_invoice_no, issue_date, buyer_tax_no, buyer_name, tax_amount, total_tax_incl_amount,
    blue_invoice, lines_hash, details, verification_status, verify_source, detail_level, tax_org_code, aggregated_on
) FROM STDIN;

-- name: one_name
-- What is staged under another name than the key that the pool has or will have for it (protocols §10.6).
WITH staged AS MATERIALIZED (
    SELECT document_key, document_key LIKE '%%-%%' AS is_paper, etax_invoice_no AS digital, invoice_code || '-' || invoice_no AS paper FROM staged_documents
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
UPDATE staged_documents AS s
SET document_key = m.kept
FROM unnest(%(said)s::text[], %(kept)s::text[]) AS m (said, kept)
WHERE m.said = s.document_key;

-- name: totals
-- Rows, distinct documents, stated statuses, and the sums.
SELECT count(*), count(DISTINCT document_key), count(status), coalesce(sum(amount), 0), coalesce(sum(tax_amount), 0)
FROM staged_documents;

-- name: missing
-- Note the staged documents that the pool does not hold, as ignored.
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, s.document_key, 'ignored', 'NOT_IN_POOL', %(reason)s, '{}'::jsonb
FROM staged_documents AS s
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
        seller_address,
        seller_phone,
        seller_bank,
        seller_account,
        seller_address_phone,
        seller_bank_account,
        buyer_tax_no,
        buyer_name,
        buyer_address,
        buyer_phone,
        buyer_bank,
        buyer_account,
        buyer_address_phone,
        buyer_bank_account,
        true_seller_tax_no,
        true_seller_name,
        filing_taxpayer_no,
        seller_taxpayer_kind,
        amount,
        tax_amount,
        total_amount,
        total_amount_text,
        total_tax_incl_amount,
        deduction_amount,
        non_taxable_amount,
        tax_rate,
        drawer,
        payee,
        reviewer,
        remark,
        check_code,
        tax_control_code,
        machine_no,
        tax_payment_no,
        ticket_kind,
        business_code,
        special_type,
        issue_kind,
        blue_invoice,
        original_blue_no,
        original_blue_paper_code,
        original_blue_paper_no,
        voiding_flag,
        voided_at,
        settlement_code,
        levy_refund_code,
        export_refund_code,
        rate_inclusive,
        rate_applicable,
        line_count,
        lines_hash,
        details,
        status,
        risk_status,
        red_locked,
        fuel_anomaly,
        vehicle_anomaly,
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
        verify_source,
        detail_level,
        tax_org_code,
        fare,
        fuel_surcharge,
        development_fund,
        other_charges,
        source_system
    ), 0)) AS versions
    FROM staged_documents
    WHERE document_key IN (SELECT document_key FROM staged_documents GROUP BY document_key HAVING count(*) > 1)
    GROUP BY document_key, aggregated_on
    HAVING count(*) > 1
) AS repeated;

-- name: forget_repeats
-- Keep the newest row of every key; what goes is noted and counted as ignored.
WITH newest_first AS (
    SELECT ctid AS place,
        row_number() OVER (PARTITION BY document_key ORDER BY aggregated_on DESC NULLS LAST, observed_at DESC, ctid DESC) AS place_no
    FROM staged_documents
    WHERE document_key IN (SELECT document_key FROM staged_documents GROUP BY document_key HAVING count(*) > 1)
), gone AS (
    DELETE FROM staged_documents USING newest_first WHERE staged_documents.ctid = place AND place_no > 1
    RETURNING document_key, jsonb_strip_nulls(to_jsonb(staged_documents)) AS row_values
)
INSERT INTO pool.rejected_row (batch_no, generation, document_key, fate, code, reason, payload)
SELECT %(batch_no)s, %(generation)s, document_key, 'ignored', 'REPEATED', %(reason)s, row_values
FROM gone;

-- name: confirmed_later
-- Mark what a reply that is already merged saw later, though it changed nothing.
UPDATE staged_documents AS s
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
FROM staged_documents AS s TABLESAMPLE SYSTEM (3) REPEATABLE (1)
LEFT JOIN pool.document AS d ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key;

-- name: set_aside
-- Of the documents that the pool lacks, all or those of types that are verified first wait in the cache (A-33).
WITH aside AS (
    DELETE FROM staged_documents AS s
    WHERE (%(everything)s OR s.invoice_type = ANY (%(verified_first)s))
        AND NOT EXISTS (SELECT FROM pool.document AS d WHERE d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key)
    RETURNING s.*
), kept AS (
    INSERT INTO pool.verification_cache AS c (
        direction, taxpayer_no, document_key, target, observed_at, row_values, line_values, batch_no, channel)
    SELECT %(direction)s, %(taxpayer_no)s, a.document_key, 'documents', a.observed_at, jsonb_strip_nulls(to_jsonb(a)),
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
    WHERE c.direction = %(direction)s AND c.taxpayer_no = %(taxpayer_no)s AND c.target = 'documents'
        AND c.document_key = ANY (%(document_keys)s)
    RETURNING c.*
), lines AS (
    INSERT INTO staged_lines
    SELECT l.* FROM taken AS t
    CROSS JOIN LATERAL jsonb_populate_recordset(NULL::staged_lines, coalesce(t.line_values, '[]')) AS l
    ORDER BY l.document_key, l.line_no
    RETURNING document_key
), staged AS (
    INSERT INTO staged_documents
    SELECT (jsonb_populate_record(NULL::staged_documents, row_values)).* FROM taken
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
    FROM staged_documents AS s
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
    USING (SELECT * FROM staged_documents ORDER BY CASE WHEN %(by_key)s THEN document_key END) AS s
    ON d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key
    WHEN MATCHED AND (CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN (
            (s.invoice_code IS DISTINCT FROM d.invoice_code AND coalesce(nullif(btrim(s.invoice_code), ''), d.invoice_code) IS DISTINCT FROM d.invoice_code)
            OR (s.etax_invoice_no IS DISTINCT FROM d.etax_invoice_no AND coalesce(nullif(btrim(s.etax_invoice_no), ''), d.etax_invoice_no) IS DISTINCT FROM d.etax_invoice_no)
            OR coalesce(s.issued_at, d.issued_at) IS DISTINCT FROM d.issued_at
            OR coalesce(s.issue_date, d.issue_date) IS DISTINCT FROM d.issue_date
            OR (s.seller_tax_no IS DISTINCT FROM d.seller_tax_no AND coalesce(nullif(btrim(s.seller_tax_no), ''), d.seller_tax_no) IS DISTINCT FROM d.seller_tax_no)
            OR (s.seller_name IS DISTINCT FROM d.seller_name AND coalesce(nullif(btrim(s.seller_name), ''), d.seller_name) IS DISTINCT FROM d.seller_name)
            OR (s.seller_address IS DISTINCT FROM d.seller_address AND coalesce(nullif(btrim(s.seller_address), ''), d.seller_address) IS DISTINCT FROM d.seller_address)
            OR (s.seller_phone IS DISTINCT FROM d.seller_phone AND coalesce(nullif(btrim(s.seller_phone), ''), d.seller_phone) IS DISTINCT FROM d.seller_phone)
            OR (s.seller_bank IS DISTINCT FROM d.seller_bank AND coalesce(nullif(btrim(s.seller_bank), ''), d.seller_bank) IS DISTINCT FROM d.seller_bank)
            OR (s.seller_account IS DISTINCT FROM d.seller_account AND coalesce(nullif(btrim(s.seller_account), ''), d.seller_account) IS DISTINCT FROM d.seller_account)
            OR (s.seller_address_phone IS DISTINCT FROM d.seller_address_phone AND coalesce(nullif(btrim(s.seller_address_phone), ''), d.seller_address_phone) IS DISTINCT FROM d.seller_address_phone)
            OR (s.seller_bank_account IS DISTINCT FROM d.seller_bank_account AND coalesce(nullif(btrim(s.seller_bank_account), ''), d.seller_bank_account) IS DISTINCT FROM d.seller_bank_account)
            OR (s.buyer_tax_no IS DISTINCT FROM d.buyer_tax_no AND coalesce(nullif(btrim(s.buyer_tax_no), ''), d.buyer_tax_no) IS DISTINCT FROM d.buyer_tax_no)
            OR (s.buyer_name IS DISTINCT FROM d.buyer_name AND coalesce(nullif(btrim(s.buyer_name), ''), d.buyer_name) IS DISTINCT FROM d.buyer_name)
            OR (s.buyer_address IS DISTINCT FROM d.buyer_address AND coalesce(nullif(btrim(s.buyer_address), ''), d.buyer_address) IS DISTINCT FROM d.buyer_address)
            OR (s.buyer_phone IS DISTINCT FROM d.buyer_phone AND coalesce(nullif(btrim(s.buyer_phone), ''), d.buyer_phone) IS DISTINCT FROM d.buyer_phone)
            OR (s.buyer_bank IS DISTINCT FROM d.buyer_bank AND coalesce(nullif(btrim(s.buyer_bank), ''), d.buyer_bank) IS DISTINCT FROM d.buyer_bank)
            OR (s.buyer_account IS DISTINCT FROM d.buyer_account AND coalesce(nullif(btrim(s.buyer_account), ''), d.buyer_account) IS DISTINCT FROM d.buyer_account)
            OR (s.buyer_address_phone IS DISTINCT FROM d.buyer_address_phone AND coalesce(nullif(btrim(s.buyer_address_phone), ''), d.buyer_address_phone) IS DISTINCT FROM d.buyer_address_phone)
            OR (s.buyer_bank_account IS DISTINCT FROM d.buyer_bank_account AND coalesce(nullif(btrim(s.buyer_bank_account), ''), d.buyer_bank_account) IS DISTINCT FROM d.buyer_bank_account)
            OR (s.true_seller_tax_no IS DISTINCT FROM d.true_seller_tax_no AND coalesce(nullif(btrim(s.true_seller_tax_no), ''), d.true_seller_tax_no) IS DISTINCT FROM d.true_seller_tax_no)
            OR (s.true_seller_name IS DISTINCT FROM d.true_seller_name AND coalesce(nullif(btrim(s.true_seller_name), ''), d.true_seller_name) IS DISTINCT FROM d.true_seller_name)
            OR (s.filing_taxpayer_no IS DISTINCT FROM d.filing_taxpayer_no AND coalesce(nullif(btrim(s.filing_taxpayer_no), ''), d.filing_taxpayer_no) IS DISTINCT FROM d.filing_taxpayer_no)
            OR (s.seller_taxpayer_kind IS DISTINCT FROM d.seller_taxpayer_kind AND coalesce(nullif(btrim(s.seller_taxpayer_kind), ''), d.seller_taxpayer_kind) IS DISTINCT FROM d.seller_taxpayer_kind)
            OR coalesce(s.amount, d.amount) IS DISTINCT FROM d.amount
            OR coalesce(s.tax_amount, d.tax_amount) IS DISTINCT FROM d.tax_amount
            OR coalesce(s.total_amount, d.total_amount) IS DISTINCT FROM d.total_amount
            OR (s.total_amount_text IS DISTINCT FROM d.total_amount_text AND coalesce(nullif(btrim(s.total_amount_text), ''), d.total_amount_text) IS DISTINCT FROM d.total_amount_text)
            OR coalesce(s.total_tax_incl_amount, d.total_tax_incl_amount) IS DISTINCT FROM d.total_tax_incl_amount
            OR coalesce(s.deduction_amount, d.deduction_amount) IS DISTINCT FROM d.deduction_amount
            OR coalesce(s.non_taxable_amount, d.non_taxable_amount) IS DISTINCT FROM d.non_taxable_amount
            OR coalesce(s.tax_rate, d.tax_rate) IS DISTINCT FROM d.tax_rate
            OR (s.drawer IS DISTINCT FROM d.drawer AND coalesce(nullif(btrim(s.drawer), ''), d.drawer) IS DISTINCT FROM d.drawer)
            OR (s.payee IS DISTINCT FROM d.payee AND coalesce(nullif(btrim(s.payee), ''), d.payee) IS DISTINCT FROM d.payee)
            OR (s.reviewer IS DISTINCT FROM d.reviewer AND coalesce(nullif(btrim(s.reviewer), ''), d.reviewer) IS DISTINCT FROM d.reviewer)
            OR (s.remark IS DISTINCT FROM d.remark AND coalesce(nullif(btrim(s.remark), ''), d.remark) IS DISTINCT FROM d.remark)
            OR (s.check_code IS DISTINCT FROM d.check_code AND coalesce(nullif(btrim(s.check_code), ''), d.check_code) IS DISTINCT FROM d.check_code)
            OR (s.tax_control_code IS DISTINCT FROM d.tax_control_code AND coalesce(nullif(btrim(s.tax_control_code), ''), d.tax_control_code) IS DISTINCT FROM d.tax_control_code)
            OR (s.machine_no IS DISTINCT FROM d.machine_no AND coalesce(nullif(btrim(s.machine_no), ''), d.machine_no) IS DISTINCT FROM d.machine_no)
            OR (s.tax_payment_no IS DISTINCT FROM d.tax_payment_no AND coalesce(nullif(btrim(s.tax_payment_no), ''), d.tax_payment_no) IS DISTINCT FROM d.tax_payment_no)
            OR (s.ticket_kind IS DISTINCT FROM d.ticket_kind AND coalesce(nullif(btrim(s.ticket_kind), ''), d.ticket_kind) IS DISTINCT FROM d.ticket_kind)
            OR (s.business_code IS DISTINCT FROM d.business_code AND coalesce(nullif(btrim(s.business_code), ''), d.business_code) IS DISTINCT FROM d.business_code)
            OR (s.special_type IS DISTINCT FROM d.special_type AND coalesce(nullif(btrim(s.special_type), ''), d.special_type) IS DISTINCT FROM d.special_type)
            OR (s.issue_kind IS DISTINCT FROM d.issue_kind AND coalesce(nullif(btrim(s.issue_kind), ''), d.issue_kind) IS DISTINCT FROM d.issue_kind)
            OR (s.blue_invoice IS DISTINCT FROM d.blue_invoice AND coalesce(nullif(btrim(s.blue_invoice), ''), d.blue_invoice) IS DISTINCT FROM d.blue_invoice)
            OR (s.original_blue_no IS DISTINCT FROM d.original_blue_no AND coalesce(nullif(btrim(s.original_blue_no), ''), d.original_blue_no) IS DISTINCT FROM d.original_blue_no)
            OR (s.original_blue_paper_code IS DISTINCT FROM d.original_blue_paper_code AND coalesce(nullif(btrim(s.original_blue_paper_code), ''), d.original_blue_paper_code) IS DISTINCT FROM d.original_blue_paper_code)
            OR (s.original_blue_paper_no IS DISTINCT FROM d.original_blue_paper_no AND coalesce(nullif(btrim(s.original_blue_paper_no), ''), d.original_blue_paper_no) IS DISTINCT FROM d.original_blue_paper_no)
            OR (s.voiding_flag IS DISTINCT FROM d.voiding_flag AND coalesce(nullif(btrim(s.voiding_flag), ''), d.voiding_flag) IS DISTINCT FROM d.voiding_flag)
            OR coalesce(s.voided_at, d.voided_at) IS DISTINCT FROM d.voided_at
            OR (s.settlement_code IS DISTINCT FROM d.settlement_code AND coalesce(nullif(btrim(s.settlement_code), ''), d.settlement_code) IS DISTINCT FROM d.settlement_code)
            OR (s.levy_refund_code IS DISTINCT FROM d.levy_refund_code AND coalesce(nullif(btrim(s.levy_refund_code), ''), d.levy_refund_code) IS DISTINCT FROM d.levy_refund_code)
            OR (s.export_refund_code IS DISTINCT FROM d.export_refund_code AND coalesce(nullif(btrim(s.export_refund_code), ''), d.export_refund_code) IS DISTINCT FROM d.export_refund_code)
            OR (s.rate_inclusive IS DISTINCT FROM d.rate_inclusive AND coalesce(nullif(btrim(s.rate_inclusive), ''), d.rate_inclusive) IS DISTINCT FROM d.rate_inclusive)
            OR (s.rate_applicable IS DISTINCT FROM d.rate_applicable AND coalesce(nullif(btrim(s.rate_applicable), ''), d.rate_applicable) IS DISTINCT FROM d.rate_applicable)
            OR coalesce(s.line_count, d.line_count) IS DISTINCT FROM d.line_count
            OR (s.lines_hash IS DISTINCT FROM d.lines_hash AND coalesce(nullif(btrim(s.lines_hash), ''), d.lines_hash) IS DISTINCT FROM d.lines_hash)
            OR (s.tax_org_code IS DISTINCT FROM d.tax_org_code AND coalesce(nullif(btrim(s.tax_org_code), ''), d.tax_org_code) IS DISTINCT FROM d.tax_org_code)
            OR coalesce(s.fare, d.fare) IS DISTINCT FROM d.fare
            OR coalesce(s.fuel_surcharge, d.fuel_surcharge) IS DISTINCT FROM d.fuel_surcharge
            OR coalesce(s.development_fund, d.development_fund) IS DISTINCT FROM d.development_fund
            OR coalesce(s.other_charges, d.other_charges) IS DISTINCT FROM d.other_charges
            OR (s.source_system IS DISTINCT FROM d.source_system AND coalesce(nullif(btrim(s.source_system), ''), d.source_system) IS DISTINCT FROM d.source_system)
        ) ELSE (
            (d.invoice_code IS NULL AND nullif(btrim(s.invoice_code), '') IS NOT NULL)
            OR (d.etax_invoice_no IS NULL AND nullif(btrim(s.etax_invoice_no), '') IS NOT NULL)
            OR (d.issued_at IS NULL AND s.issued_at IS NOT NULL)
            OR (d.issue_date IS NULL AND s.issue_date IS NOT NULL)
            OR (d.seller_tax_no IS NULL AND nullif(btrim(s.seller_tax_no), '') IS NOT NULL)
            OR (d.seller_name IS NULL AND nullif(btrim(s.seller_name), '') IS NOT NULL)
            OR (d.seller_address IS NULL AND nullif(btrim(s.seller_address), '') IS NOT NULL)
            OR (d.seller_phone IS NULL AND nullif(btrim(s.seller_phone), '') IS NOT NULL)
            OR (d.seller_bank IS NULL AND nullif(btrim(s.seller_bank), '') IS NOT NULL)
            OR (d.seller_account IS NULL AND nullif(btrim(s.seller_account), '') IS NOT NULL)
            OR (d.seller_address_phone IS NULL AND nullif(btrim(s.seller_address_phone), '') IS NOT NULL)
            OR (d.seller_bank_account IS NULL AND nullif(btrim(s.seller_bank_account), '') IS NOT NULL)
            OR (d.buyer_tax_no IS NULL AND nullif(btrim(s.buyer_tax_no), '') IS NOT NULL)
            OR (d.buyer_name IS NULL AND nullif(btrim(s.buyer_name), '') IS NOT NULL)
            OR (d.buyer_address IS NULL AND nullif(btrim(s.buyer_address), '') IS NOT NULL)
            OR (d.buyer_phone IS NULL AND nullif(btrim(s.buyer_phone), '') IS NOT NULL)
            OR (d.buyer_bank IS NULL AND nullif(btrim(s.buyer_bank), '') IS NOT NULL)
            OR (d.buyer_account IS NULL AND nullif(btrim(s.buyer_account), '') IS NOT NULL)
            OR (d.buyer_address_phone IS NULL AND nullif(btrim(s.buyer_address_phone), '') IS NOT NULL)
            OR (d.buyer_bank_account IS NULL AND nullif(btrim(s.buyer_bank_account), '') IS NOT NULL)
            OR (d.true_seller_tax_no IS NULL AND nullif(btrim(s.true_seller_tax_no), '') IS NOT NULL)
            OR (d.true_seller_name IS NULL AND nullif(btrim(s.true_seller_name), '') IS NOT NULL)
            OR (d.filing_taxpayer_no IS NULL AND nullif(btrim(s.filing_taxpayer_no), '') IS NOT NULL)
            OR (d.seller_taxpayer_kind IS NULL AND nullif(btrim(s.seller_taxpayer_kind), '') IS NOT NULL)
            OR (d.amount IS NULL AND s.amount IS NOT NULL)
            OR (d.tax_amount IS NULL AND s.tax_amount IS NOT NULL)
            OR (d.total_amount IS NULL AND s.total_amount IS NOT NULL)
            OR (d.total_amount_text IS NULL AND nullif(btrim(s.total_amount_text), '') IS NOT NULL)
            OR (d.total_tax_incl_amount IS NULL AND s.total_tax_incl_amount IS NOT NULL)
            OR (d.deduction_amount IS NULL AND s.deduction_amount IS NOT NULL)
            OR (d.non_taxable_amount IS NULL AND s.non_taxable_amount IS NOT NULL)
            OR (d.tax_rate IS NULL AND s.tax_rate IS NOT NULL)
            OR (d.drawer IS NULL AND nullif(btrim(s.drawer), '') IS NOT NULL)
            OR (d.payee IS NULL AND nullif(btrim(s.payee), '') IS NOT NULL)
            OR (d.reviewer IS NULL AND nullif(btrim(s.reviewer), '') IS NOT NULL)
            OR (d.remark IS NULL AND nullif(btrim(s.remark), '') IS NOT NULL)
            OR (d.check_code IS NULL AND nullif(btrim(s.check_code), '') IS NOT NULL)
            OR (d.tax_control_code IS NULL AND nullif(btrim(s.tax_control_code), '') IS NOT NULL)
            OR (d.machine_no IS NULL AND nullif(btrim(s.machine_no), '') IS NOT NULL)
            OR (d.tax_payment_no IS NULL AND nullif(btrim(s.tax_payment_no), '') IS NOT NULL)
            OR (d.ticket_kind IS NULL AND nullif(btrim(s.ticket_kind), '') IS NOT NULL)
            OR (d.business_code IS NULL AND nullif(btrim(s.business_code), '') IS NOT NULL)
            OR (d.special_type IS NULL AND nullif(btrim(s.special_type), '') IS NOT NULL)
            OR (d.issue_kind IS NULL AND nullif(btrim(s.issue_kind), '') IS NOT NULL)
            OR (d.blue_invoice IS NULL AND nullif(btrim(s.blue_invoice), '') IS NOT NULL)
            OR (d.original_blue_no IS NULL AND nullif(btrim(s.original_blue_no), '') IS NOT NULL)
            OR (d.original_blue_paper_code IS NULL AND nullif(btrim(s.original_blue_paper_code), '') IS NOT NULL)
            OR (d.original_blue_paper_no IS NULL AND nullif(btrim(s.original_blue_paper_no), '') IS NOT NULL)
            OR (d.voiding_flag IS NULL AND nullif(btrim(s.voiding_flag), '') IS NOT NULL)
            OR (d.voided_at IS NULL AND s.voided_at IS NOT NULL)
            OR (d.settlement_code IS NULL AND nullif(btrim(s.settlement_code), '') IS NOT NULL)
            OR (d.levy_refund_code IS NULL AND nullif(btrim(s.levy_refund_code), '') IS NOT NULL)
            OR (d.export_refund_code IS NULL AND nullif(btrim(s.export_refund_code), '') IS NOT NULL)
            OR (d.rate_inclusive IS NULL AND nullif(btrim(s.rate_inclusive), '') IS NOT NULL)
            OR (d.rate_applicable IS NULL AND nullif(btrim(s.rate_applicable), '') IS NOT NULL)
            OR (d.line_count IS NULL AND s.line_count IS NOT NULL)
            OR (d.lines_hash IS NULL AND nullif(btrim(s.lines_hash), '') IS NOT NULL)
            OR (d.tax_org_code IS NULL AND nullif(btrim(s.tax_org_code), '') IS NOT NULL)
            OR (d.fare IS NULL AND s.fare IS NOT NULL)
            OR (d.fuel_surcharge IS NULL AND s.fuel_surcharge IS NOT NULL)
            OR (d.development_fund IS NULL AND s.development_fund IS NOT NULL)
            OR (d.other_charges IS NULL AND s.other_charges IS NOT NULL)
            OR (d.source_system IS NULL AND nullif(btrim(s.source_system), '') IS NOT NULL)
        ) END
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
        OR (s.invoice_type IS DISTINCT FROM d.invoice_type AND CASE WHEN (d.invoice_type = '8208' AND s.invoice_type = '82' AND s.business_code IS NULL) OR (s.etax_invoice_no IS NULL AND (d.invoice_type, s.invoice_type) IN (('85', '01'), ('86', '04'), ('87', '03'), ('88', '15'))) THEN d.invoice_type ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.invoice_type), ''), d.invoice_type) ELSE coalesce(d.invoice_type, nullif(btrim(s.invoice_type), '')) END END IS DISTINCT FROM d.invoice_type)
        OR (s.bureau_invoice_type IS DISTINCT FROM d.bureau_invoice_type AND CASE WHEN s.etax_invoice_no IS NULL AND (d.bureau_invoice_type, s.bureau_invoice_type) IN (('85', '01'), ('86', '04'), ('87', '03'), ('88', '15')) THEN d.bureau_invoice_type ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.bureau_invoice_type), ''), d.bureau_invoice_type) ELSE coalesce(d.bureau_invoice_type, nullif(btrim(s.bureau_invoice_type), '')) END END IS DISTINCT FROM d.bureau_invoice_type)
        OR (s.invoice_no IS DISTINCT FROM d.invoice_no AND CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(nullif(btrim(s.invoice_no), ''), s.etax_invoice_no), nullif(d.invoice_no, d.etax_invoice_no), nullif(btrim(s.invoice_no), ''), d.invoice_no) ELSE coalesce(nullif(d.invoice_no, d.etax_invoice_no), nullif(nullif(btrim(s.invoice_no), ''), s.etax_invoice_no), d.invoice_no, nullif(btrim(s.invoice_no), '')) END IS DISTINCT FROM d.invoice_no)
        OR (s.details IS DISTINCT FROM d.details AND CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(d.details || s.details, s.details, d.details) ELSE coalesce(s.details || d.details, d.details, s.details) END IS DISTINCT FROM d.details)
        OR (coalesce(s.status, s.status_default) IS DISTINCT FROM d.status AND coalesce(CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END, s.status_default) IS DISTINCT FROM d.status)
        OR (s.selection_status IS DISTINCT FROM d.selection_status AND CASE WHEN d.selection_status = '4' AND s.selection_status = '0' THEN d.selection_status ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.selection_observed_at, s.selection_seen_at), true)) THEN coalesce(nullif(btrim(s.selection_status), ''), d.selection_status) ELSE coalesce(d.selection_status, nullif(btrim(s.selection_status), '')) END END IS DISTINCT FROM d.selection_status)
        OR (s.verification_status IS DISTINCT FROM d.verification_status AND CASE WHEN d.verification_status = '1' THEN d.verification_status ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.verification_status), ''), d.verification_status) ELSE coalesce(d.verification_status, nullif(btrim(s.verification_status), '')) END END IS DISTINCT FROM d.verification_status)
        OR (s.verify_source IS DISTINCT FROM d.verify_source AND CASE WHEN d.verification_status = '1' THEN d.verify_source ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.verify_source), ''), d.verify_source) ELSE coalesce(d.verify_source, nullif(btrim(s.verify_source), '')) END END IS DISTINCT FROM d.verify_source)
        OR (s.detail_level IS DISTINCT FROM d.detail_level AND CASE WHEN 'full' IN (s.detail_level, d.detail_level) THEN 'full' ELSE d.detail_level END IS DISTINCT FROM d.detail_level)
        OR (s.aggregated_on IS DISTINCT FROM d.aggregated_on AND greatest(d.aggregated_on, s.aggregated_on) IS DISTINCT FROM d.aggregated_on))
    THEN UPDATE SET
        document = coalesce(d.document, nullif(btrim(s.document), '')),
        invoice_type = CASE WHEN (d.invoice_type = '8208' AND s.invoice_type = '82' AND s.business_code IS NULL) OR (s.etax_invoice_no IS NULL AND (d.invoice_type, s.invoice_type) IN (('85', '01'), ('86', '04'), ('87', '03'), ('88', '15'))) THEN d.invoice_type ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.invoice_type), ''), d.invoice_type) ELSE coalesce(d.invoice_type, nullif(btrim(s.invoice_type), '')) END END,
        bureau_invoice_type = CASE WHEN s.etax_invoice_no IS NULL AND (d.bureau_invoice_type, s.bureau_invoice_type) IN (('85', '01'), ('86', '04'), ('87', '03'), ('88', '15')) THEN d.bureau_invoice_type ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.bureau_invoice_type), ''), d.bureau_invoice_type) ELSE coalesce(d.bureau_invoice_type, nullif(btrim(s.bureau_invoice_type), '')) END END,
        invoice_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.invoice_code), ''), d.invoice_code) ELSE coalesce(d.invoice_code, nullif(btrim(s.invoice_code), '')) END,
        invoice_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(nullif(btrim(s.invoice_no), ''), s.etax_invoice_no), nullif(d.invoice_no, d.etax_invoice_no), nullif(btrim(s.invoice_no), ''), d.invoice_no) ELSE coalesce(nullif(d.invoice_no, d.etax_invoice_no), nullif(nullif(btrim(s.invoice_no), ''), s.etax_invoice_no), d.invoice_no, nullif(btrim(s.invoice_no), '')) END,
        etax_invoice_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.etax_invoice_no), ''), d.etax_invoice_no) ELSE coalesce(d.etax_invoice_no, nullif(btrim(s.etax_invoice_no), '')) END,
        issued_at = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.issued_at, d.issued_at) ELSE coalesce(d.issued_at, s.issued_at) END,
        issue_date = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.issue_date, d.issue_date) ELSE coalesce(d.issue_date, s.issue_date) END,
        seller_tax_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_tax_no), ''), d.seller_tax_no) ELSE coalesce(d.seller_tax_no, nullif(btrim(s.seller_tax_no), '')) END,
        seller_name = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_name), ''), d.seller_name) ELSE coalesce(d.seller_name, nullif(btrim(s.seller_name), '')) END,
        seller_address = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_address), ''), d.seller_address) ELSE coalesce(d.seller_address, nullif(btrim(s.seller_address), '')) END,
        seller_phone = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_phone), ''), d.seller_phone) ELSE coalesce(d.seller_phone, nullif(btrim(s.seller_phone), '')) END,
        seller_bank = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_bank), ''), d.seller_bank) ELSE coalesce(d.seller_bank, nullif(btrim(s.seller_bank), '')) END,
        seller_account = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_account), ''), d.seller_account) ELSE coalesce(d.seller_account, nullif(btrim(s.seller_account), '')) END,
        seller_address_phone = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_address_phone), ''), d.seller_address_phone) ELSE coalesce(d.seller_address_phone, nullif(btrim(s.seller_address_phone), '')) END,
        seller_bank_account = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_bank_account), ''), d.seller_bank_account) ELSE coalesce(d.seller_bank_account, nullif(btrim(s.seller_bank_account), '')) END,
        buyer_tax_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_tax_no), ''), d.buyer_tax_no) ELSE coalesce(d.buyer_tax_no, nullif(btrim(s.buyer_tax_no), '')) END,
        buyer_name = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_name), ''), d.buyer_name) ELSE coalesce(d.buyer_name, nullif(btrim(s.buyer_name), '')) END,
        buyer_address = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_address), ''), d.buyer_address) ELSE coalesce(d.buyer_address, nullif(btrim(s.buyer_address), '')) END,
        buyer_phone = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_phone), ''), d.buyer_phone) ELSE coalesce(d.buyer_phone, nullif(btrim(s.buyer_phone), '')) END,
        buyer_bank = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_bank), ''), d.buyer_bank) ELSE coalesce(d.buyer_bank, nullif(btrim(s.buyer_bank), '')) END,
        buyer_account = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_account), ''), d.buyer_account) ELSE coalesce(d.buyer_account, nullif(btrim(s.buyer_account), '')) END,
        buyer_address_phone = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_address_phone), ''), d.buyer_address_phone) ELSE coalesce(d.buyer_address_phone, nullif(btrim(s.buyer_address_phone), '')) END,
        buyer_bank_account = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.buyer_bank_account), ''), d.buyer_bank_account) ELSE coalesce(d.buyer_bank_account, nullif(btrim(s.buyer_bank_account), '')) END,
        true_seller_tax_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.true_seller_tax_no), ''), d.true_seller_tax_no) ELSE coalesce(d.true_seller_tax_no, nullif(btrim(s.true_seller_tax_no), '')) END,
        true_seller_name = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.true_seller_name), ''), d.true_seller_name) ELSE coalesce(d.true_seller_name, nullif(btrim(s.true_seller_name), '')) END,
        filing_taxpayer_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.filing_taxpayer_no), ''), d.filing_taxpayer_no) ELSE coalesce(d.filing_taxpayer_no, nullif(btrim(s.filing_taxpayer_no), '')) END,
        seller_taxpayer_kind = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.seller_taxpayer_kind), ''), d.seller_taxpayer_kind) ELSE coalesce(d.seller_taxpayer_kind, nullif(btrim(s.seller_taxpayer_kind), '')) END,
        amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.amount, d.amount) ELSE coalesce(d.amount, s.amount) END,
        tax_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.tax_amount, d.tax_amount) ELSE coalesce(d.tax_amount, s.tax_amount) END,
        total_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.total_amount, d.total_amount) ELSE coalesce(d.total_amount, s.total_amount) END,
        total_amount_text = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.total_amount_text), ''), d.total_amount_text) ELSE coalesce(d.total_amount_text, nullif(btrim(s.total_amount_text), '')) END,
        total_tax_incl_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.total_tax_incl_amount, d.total_tax_incl_amount) ELSE coalesce(d.total_tax_incl_amount, s.total_tax_incl_amount) END,
        deduction_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.deduction_amount, d.deduction_amount) ELSE coalesce(d.deduction_amount, s.deduction_amount) END,
        non_taxable_amount = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.non_taxable_amount, d.non_taxable_amount) ELSE coalesce(d.non_taxable_amount, s.non_taxable_amount) END,
        tax_rate = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.tax_rate, d.tax_rate) ELSE coalesce(d.tax_rate, s.tax_rate) END,
        drawer = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.drawer), ''), d.drawer) ELSE coalesce(d.drawer, nullif(btrim(s.drawer), '')) END,
        payee = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.payee), ''), d.payee) ELSE coalesce(d.payee, nullif(btrim(s.payee), '')) END,
        reviewer = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.reviewer), ''), d.reviewer) ELSE coalesce(d.reviewer, nullif(btrim(s.reviewer), '')) END,
        remark = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.remark), ''), d.remark) ELSE coalesce(d.remark, nullif(btrim(s.remark), '')) END,
        check_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.check_code), ''), d.check_code) ELSE coalesce(d.check_code, nullif(btrim(s.check_code), '')) END,
        tax_control_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.tax_control_code), ''), d.tax_control_code) ELSE coalesce(d.tax_control_code, nullif(btrim(s.tax_control_code), '')) END,
        machine_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.machine_no), ''), d.machine_no) ELSE coalesce(d.machine_no, nullif(btrim(s.machine_no), '')) END,
        tax_payment_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.tax_payment_no), ''), d.tax_payment_no) ELSE coalesce(d.tax_payment_no, nullif(btrim(s.tax_payment_no), '')) END,
        ticket_kind = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.ticket_kind), ''), d.ticket_kind) ELSE coalesce(d.ticket_kind, nullif(btrim(s.ticket_kind), '')) END,
        business_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.business_code), ''), d.business_code) ELSE coalesce(d.business_code, nullif(btrim(s.business_code), '')) END,
        special_type = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.special_type), ''), d.special_type) ELSE coalesce(d.special_type, nullif(btrim(s.special_type), '')) END,
        issue_kind = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.issue_kind), ''), d.issue_kind) ELSE coalesce(d.issue_kind, nullif(btrim(s.issue_kind), '')) END,
        blue_invoice = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.blue_invoice), ''), d.blue_invoice) ELSE coalesce(d.blue_invoice, nullif(btrim(s.blue_invoice), '')) END,
        original_blue_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.original_blue_no), ''), d.original_blue_no) ELSE coalesce(d.original_blue_no, nullif(btrim(s.original_blue_no), '')) END,
        original_blue_paper_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.original_blue_paper_code), ''), d.original_blue_paper_code) ELSE coalesce(d.original_blue_paper_code, nullif(btrim(s.original_blue_paper_code), '')) END,
        original_blue_paper_no = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.original_blue_paper_no), ''), d.original_blue_paper_no) ELSE coalesce(d.original_blue_paper_no, nullif(btrim(s.original_blue_paper_no), '')) END,
        voiding_flag = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.voiding_flag), ''), d.voiding_flag) ELSE coalesce(d.voiding_flag, nullif(btrim(s.voiding_flag), '')) END,
        voided_at = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.voided_at, d.voided_at) ELSE coalesce(d.voided_at, s.voided_at) END,
        settlement_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.settlement_code), ''), d.settlement_code) ELSE coalesce(d.settlement_code, nullif(btrim(s.settlement_code), '')) END,
        levy_refund_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.levy_refund_code), ''), d.levy_refund_code) ELSE coalesce(d.levy_refund_code, nullif(btrim(s.levy_refund_code), '')) END,
        export_refund_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.export_refund_code), ''), d.export_refund_code) ELSE coalesce(d.export_refund_code, nullif(btrim(s.export_refund_code), '')) END,
        rate_inclusive = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.rate_inclusive), ''), d.rate_inclusive) ELSE coalesce(d.rate_inclusive, nullif(btrim(s.rate_inclusive), '')) END,
        rate_applicable = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.rate_applicable), ''), d.rate_applicable) ELSE coalesce(d.rate_applicable, nullif(btrim(s.rate_applicable), '')) END,
        line_count = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.line_count, d.line_count) ELSE coalesce(d.line_count, s.line_count) END,
        lines_hash = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.lines_hash), ''), d.lines_hash) ELSE coalesce(d.lines_hash, nullif(btrim(s.lines_hash), '')) END,
        details = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(d.details || s.details, s.details, d.details) ELSE coalesce(s.details || d.details, d.details, s.details) END,
        status = coalesce(CASE WHEN d.status IS NULL THEN nullif(btrim(s.status), '') WHEN nullif(btrim(s.status), '') IS NOT NULL AND (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) AND (d.status, nullif(btrim(s.status), '')) NOT IN (('2', '0'), ('2', '1'), ('2', '3'), ('2', '4'), ('2', '5'), ('2', '6'), ('2', '7'), ('2', '8'), ('3', '0'), ('3', '1'), ('3', '2'), ('3', '4'), ('3', '5'), ('3', '6'), ('3', '7'), ('3', '8'), ('7', '0'), ('7', '1'), ('7', '2'), ('7', '3'), ('7', '4'), ('7', '5'), ('7', '6'), ('8', '0'), ('8', '1'), ('8', '2'), ('8', '3'), ('8', '4'), ('8', '5'), ('8', '6'), ('8', '7')) THEN nullif(btrim(s.status), '') ELSE d.status END, s.status_default),
        risk_status = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN coalesce(nullif(btrim(s.risk_status), ''), d.risk_status) ELSE coalesce(d.risk_status, nullif(btrim(s.risk_status), '')) END,
        red_locked = CASE WHEN (coalesce(s.observed_at >= greatest(d.status_observed_at, s.status_seen_at), true)) THEN coalesce(nullif(btrim(s.red_locked), ''), d.red_locked) ELSE coalesce(d.red_locked, nullif(btrim(s.red_locked), '')) END,
        fuel_anomaly = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.fuel_anomaly), ''), d.fuel_anomaly) ELSE coalesce(d.fuel_anomaly, nullif(btrim(s.fuel_anomaly), '')) END,
        vehicle_anomaly = CASE WHEN (coalesce(s.observed_at >= greatest(d.anomaly_observed_at, s.anomaly_seen_at), true)) THEN coalesce(nullif(btrim(s.vehicle_anomaly), ''), d.vehicle_anomaly) ELSE coalesce(d.vehicle_anomaly, nullif(btrim(s.vehicle_anomaly), '')) END,
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
        verification_status = CASE WHEN d.verification_status = '1' THEN d.verification_status ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.verification_status), ''), d.verification_status) ELSE coalesce(d.verification_status, nullif(btrim(s.verification_status), '')) END END,
        verify_source = CASE WHEN d.verification_status = '1' THEN d.verify_source ELSE CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.verify_source), ''), d.verify_source) ELSE coalesce(d.verify_source, nullif(btrim(s.verify_source), '')) END END,
        detail_level = CASE WHEN 'full' IN (s.detail_level, d.detail_level) THEN 'full' ELSE d.detail_level END,
        tax_org_code = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.tax_org_code), ''), d.tax_org_code) ELSE coalesce(d.tax_org_code, nullif(btrim(s.tax_org_code), '')) END,
        aggregated_on = greatest(d.aggregated_on, s.aggregated_on),
        fare = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.fare, d.fare) ELSE coalesce(d.fare, s.fare) END,
        fuel_surcharge = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.fuel_surcharge, d.fuel_surcharge) ELSE coalesce(d.fuel_surcharge, s.fuel_surcharge) END,
        development_fund = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.development_fund, d.development_fund) ELSE coalesce(d.development_fund, s.development_fund) END,
        other_charges = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(s.other_charges, d.other_charges) ELSE coalesce(d.other_charges, s.other_charges) END,
        source_system = CASE WHEN (coalesce(s.observed_at >= greatest(d.face_observed_at, s.face_seen_at), true) AND coalesce(s.aggregated_on >= d.aggregated_on, true)) THEN coalesce(nullif(btrim(s.source_system), ''), d.source_system) ELSE coalesce(d.source_system, nullif(btrim(s.source_system), '')) END,
        face_observed_at = greatest(d.face_observed_at, s.observed_at),
        status_observed_at = greatest(d.status_observed_at, CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked) > 0 THEN s.observed_at END),
        anomaly_observed_at = greatest(d.anomaly_observed_at, CASE WHEN num_nonnulls(s.fuel_anomaly, s.vehicle_anomaly, s.duplicate_locked) > 0 THEN s.observed_at END),
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
        seller_address,
        seller_phone,
        seller_bank,
        seller_account,
        seller_address_phone,
        seller_bank_account,
        buyer_tax_no,
        buyer_name,
        buyer_address,
        buyer_phone,
        buyer_bank,
        buyer_account,
        buyer_address_phone,
        buyer_bank_account,
        true_seller_tax_no,
        true_seller_name,
        filing_taxpayer_no,
        seller_taxpayer_kind,
        amount,
        tax_amount,
        total_amount,
        total_amount_text,
        total_tax_incl_amount,
        deduction_amount,
        non_taxable_amount,
        tax_rate,
        drawer,
        payee,
        reviewer,
        remark,
        check_code,
        tax_control_code,
        machine_no,
        tax_payment_no,
        ticket_kind,
        business_code,
        special_type,
        issue_kind,
        blue_invoice,
        original_blue_no,
        original_blue_paper_code,
        original_blue_paper_no,
        voiding_flag,
        voided_at,
        settlement_code,
        levy_refund_code,
        export_refund_code,
        rate_inclusive,
        rate_applicable,
        line_count,
        lines_hash,
        details,
        status,
        risk_status,
        red_locked,
        fuel_anomaly,
        vehicle_anomaly,
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
        verify_source,
        detail_level,
        tax_org_code,
        aggregated_on,
        fare,
        fuel_surcharge,
        development_fund,
        other_charges,
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
        s.seller_address,
        s.seller_phone,
        s.seller_bank,
        s.seller_account,
        s.seller_address_phone,
        s.seller_bank_account,
        s.buyer_tax_no,
        s.buyer_name,
        s.buyer_address,
        s.buyer_phone,
        s.buyer_bank,
        s.buyer_account,
        s.buyer_address_phone,
        s.buyer_bank_account,
        s.true_seller_tax_no,
        s.true_seller_name,
        s.filing_taxpayer_no,
        s.seller_taxpayer_kind,
        s.amount,
        s.tax_amount,
        s.total_amount,
        s.total_amount_text,
        s.total_tax_incl_amount,
        s.deduction_amount,
        s.non_taxable_amount,
        s.tax_rate,
        s.drawer,
        s.payee,
        s.reviewer,
        s.remark,
        s.check_code,
        s.tax_control_code,
        s.machine_no,
        s.tax_payment_no,
        s.ticket_kind,
        s.business_code,
        s.special_type,
        s.issue_kind,
        s.blue_invoice,
        s.original_blue_no,
        s.original_blue_paper_code,
        s.original_blue_paper_no,
        s.voiding_flag,
        s.voided_at,
        s.settlement_code,
        s.levy_refund_code,
        s.export_refund_code,
        s.rate_inclusive,
        s.rate_applicable,
        s.line_count,
        s.lines_hash,
        s.details,
        coalesce(s.status, s.status_default),
        s.risk_status,
        s.red_locked,
        s.fuel_anomaly,
        s.vehicle_anomaly,
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
        s.verify_source,
        s.detail_level,
        s.tax_org_code,
        s.aggregated_on,
        s.fare,
        s.fuel_surcharge,
        s.development_fund,
        s.other_charges,
        s.source_system,
        s.observed_at,
        s.observed_at,
        CASE WHEN num_nonnulls(s.status, s.risk_status, s.red_locked) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.fuel_anomaly, s.vehicle_anomaly, s.duplicate_locked) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.tax_period) > 0 THEN s.observed_at END,
        CASE WHEN num_nonnulls(s.selection_status, s.deduction_status, s.deduction_purpose, s.not_deductible_type, s.not_deductible_reason, s.selected_at, s.certified_at, s.effective_tax_amount) > 0 THEN s.observed_at END,
        %(channel)s,
        %(batch_no)s,
        (SELECT sync.clock_timestamp()),
        (SELECT sync.clock_timestamp())
    )
    RETURNING merge_action() AS action, new.document_key, s.observed_at, new.batch_no, new.channel,
        old.lines_hash IS DISTINCT FROM new.lines_hash AS lines_changed,
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
            CASE WHEN old.seller_address IS DISTINCT FROM new.seller_address THEN ('seller_address', old.seller_address::text, new.seller_address::text)::pool.changed_column END,
            CASE WHEN old.seller_phone IS DISTINCT FROM new.seller_phone THEN ('seller_phone', old.seller_phone::text, new.seller_phone::text)::pool.changed_column END,
            CASE WHEN old.seller_bank IS DISTINCT FROM new.seller_bank THEN ('seller_bank', old.seller_bank::text, new.seller_bank::text)::pool.changed_column END,
            CASE WHEN old.seller_account IS DISTINCT FROM new.seller_account THEN ('seller_account', old.seller_account::text, new.seller_account::text)::pool.changed_column END,
            CASE WHEN old.seller_address_phone IS DISTINCT FROM new.seller_address_phone THEN ('seller_address_phone', old.seller_address_phone::text, new.seller_address_phone::text)::pool.changed_column END,
            CASE WHEN old.seller_bank_account IS DISTINCT FROM new.seller_bank_account THEN ('seller_bank_account', old.seller_bank_account::text, new.seller_bank_account::text)::pool.changed_column END,
            CASE WHEN old.buyer_tax_no IS DISTINCT FROM new.buyer_tax_no THEN ('buyer_tax_no', old.buyer_tax_no::text, new.buyer_tax_no::text)::pool.changed_column END,
            CASE WHEN old.buyer_name IS DISTINCT FROM new.buyer_name THEN ('buyer_name', old.buyer_name::text, new.buyer_name::text)::pool.changed_column END,
            CASE WHEN old.buyer_address IS DISTINCT FROM new.buyer_address THEN ('buyer_address', old.buyer_address::text, new.buyer_address::text)::pool.changed_column END,
            CASE WHEN old.buyer_phone IS DISTINCT FROM new.buyer_phone THEN ('buyer_phone', old.buyer_phone::text, new.buyer_phone::text)::pool.changed_column END,
            CASE WHEN old.buyer_bank IS DISTINCT FROM new.buyer_bank THEN ('buyer_bank', old.buyer_bank::text, new.buyer_bank::text)::pool.changed_column END,
            CASE WHEN old.buyer_account IS DISTINCT FROM new.buyer_account THEN ('buyer_account', old.buyer_account::text, new.buyer_account::text)::pool.changed_column END,
            CASE WHEN old.buyer_address_phone IS DISTINCT FROM new.buyer_address_phone THEN ('buyer_address_phone', old.buyer_address_phone::text, new.buyer_address_phone::text)::pool.changed_column END,
            CASE WHEN old.buyer_bank_account IS DISTINCT FROM new.buyer_bank_account THEN ('buyer_bank_account', old.buyer_bank_account::text, new.buyer_bank_account::text)::pool.changed_column END,
            CASE WHEN old.true_seller_tax_no IS DISTINCT FROM new.true_seller_tax_no THEN ('true_seller_tax_no', old.true_seller_tax_no::text, new.true_seller_tax_no::text)::pool.changed_column END,
            CASE WHEN old.true_seller_name IS DISTINCT FROM new.true_seller_name THEN ('true_seller_name', old.true_seller_name::text, new.true_seller_name::text)::pool.changed_column END,
            CASE WHEN old.filing_taxpayer_no IS DISTINCT FROM new.filing_taxpayer_no THEN ('filing_taxpayer_no', old.filing_taxpayer_no::text, new.filing_taxpayer_no::text)::pool.changed_column END,
            CASE WHEN old.seller_taxpayer_kind IS DISTINCT FROM new.seller_taxpayer_kind THEN ('seller_taxpayer_kind', old.seller_taxpayer_kind::text, new.seller_taxpayer_kind::text)::pool.changed_column END,
            CASE WHEN old.amount IS DISTINCT FROM new.amount THEN ('amount', old.amount::text, new.amount::text)::pool.changed_column END,
            CASE WHEN old.tax_amount IS DISTINCT FROM new.tax_amount THEN ('tax_amount', old.tax_amount::text, new.tax_amount::text)::pool.changed_column END,
            CASE WHEN old.total_amount IS DISTINCT FROM new.total_amount THEN ('total_amount', old.total_amount::text, new.total_amount::text)::pool.changed_column END,
            CASE WHEN old.total_amount_text IS DISTINCT FROM new.total_amount_text THEN ('total_amount_text', old.total_amount_text::text, new.total_amount_text::text)::pool.changed_column END,
            CASE WHEN old.total_tax_incl_amount IS DISTINCT FROM new.total_tax_incl_amount THEN ('total_tax_incl_amount', old.total_tax_incl_amount::text, new.total_tax_incl_amount::text)::pool.changed_column END,
            CASE WHEN old.deduction_amount IS DISTINCT FROM new.deduction_amount THEN ('deduction_amount', old.deduction_amount::text, new.deduction_amount::text)::pool.changed_column END,
            CASE WHEN old.non_taxable_amount IS DISTINCT FROM new.non_taxable_amount THEN ('non_taxable_amount', old.non_taxable_amount::text, new.non_taxable_amount::text)::pool.changed_column END,
            CASE WHEN old.tax_rate IS DISTINCT FROM new.tax_rate THEN ('tax_rate', old.tax_rate::text, new.tax_rate::text)::pool.changed_column END,
            CASE WHEN old.drawer IS DISTINCT FROM new.drawer THEN ('drawer', old.drawer::text, new.drawer::text)::pool.changed_column END,
            CASE WHEN old.payee IS DISTINCT FROM new.payee THEN ('payee', old.payee::text, new.payee::text)::pool.changed_column END,
            CASE WHEN old.reviewer IS DISTINCT FROM new.reviewer THEN ('reviewer', old.reviewer::text, new.reviewer::text)::pool.changed_column END,
            CASE WHEN old.remark IS DISTINCT FROM new.remark THEN ('remark', old.remark::text, new.remark::text)::pool.changed_column END,
            CASE WHEN old.check_code IS DISTINCT FROM new.check_code THEN ('check_code', old.check_code::text, new.check_code::text)::pool.changed_column END,
            CASE WHEN old.tax_control_code IS DISTINCT FROM new.tax_control_code THEN ('tax_control_code', old.tax_control_code::text, new.tax_control_code::text)::pool.changed_column END,
            CASE WHEN old.machine_no IS DISTINCT FROM new.machine_no THEN ('machine_no', old.machine_no::text, new.machine_no::text)::pool.changed_column END,
            CASE WHEN old.tax_payment_no IS DISTINCT FROM new.tax_payment_no THEN ('tax_payment_no', old.tax_payment_no::text, new.tax_payment_no::text)::pool.changed_column END,
            CASE WHEN old.ticket_kind IS DISTINCT FROM new.ticket_kind THEN ('ticket_kind', old.ticket_kind::text, new.ticket_kind::text)::pool.changed_column END,
            CASE WHEN old.business_code IS DISTINCT FROM new.business_code THEN ('business_code', old.business_code::text, new.business_code::text)::pool.changed_column END,
            CASE WHEN old.special_type IS DISTINCT FROM new.special_type THEN ('special_type', old.special_type::text, new.special_type::text)::pool.changed_column END,
            CASE WHEN old.issue_kind IS DISTINCT FROM new.issue_kind THEN ('issue_kind', old.issue_kind::text, new.issue_kind::text)::pool.changed_column END,
            CASE WHEN old.blue_invoice IS DISTINCT FROM new.blue_invoice THEN ('blue_invoice', old.blue_invoice::text, new.blue_invoice::text)::pool.changed_column END,
            CASE WHEN old.original_blue_no IS DISTINCT FROM new.original_blue_no THEN ('original_blue_no', old.original_blue_no::text, new.original_blue_no::text)::pool.changed_column END,
            CASE WHEN old.original_blue_paper_code IS DISTINCT FROM new.original_blue_paper_code THEN ('original_blue_paper_code', old.original_blue_paper_code::text, new.original_blue_paper_code::text)::pool.changed_column END,
            CASE WHEN old.original_blue_paper_no IS DISTINCT FROM new.original_blue_paper_no THEN ('original_blue_paper_no', old.original_blue_paper_no::text, new.original_blue_paper_no::text)::pool.changed_column END,
            CASE WHEN old.voiding_flag IS DISTINCT FROM new.voiding_flag THEN ('voiding_flag', old.voiding_flag::text, new.voiding_flag::text)::pool.changed_column END,
            CASE WHEN old.voided_at IS DISTINCT FROM new.voided_at THEN ('voided_at', old.voided_at::text, new.voided_at::text)::pool.changed_column END,
            CASE WHEN old.settlement_code IS DISTINCT FROM new.settlement_code THEN ('settlement_code', old.settlement_code::text, new.settlement_code::text)::pool.changed_column END,
            CASE WHEN old.levy_refund_code IS DISTINCT FROM new.levy_refund_code THEN ('levy_refund_code', old.levy_refund_code::text, new.levy_refund_code::text)::pool.changed_column END,
            CASE WHEN old.export_refund_code IS DISTINCT FROM new.export_refund_code THEN ('export_refund_code', old.export_refund_code::text, new.export_refund_code::text)::pool.changed_column END,
            CASE WHEN old.rate_inclusive IS DISTINCT FROM new.rate_inclusive THEN ('rate_inclusive', old.rate_inclusive::text, new.rate_inclusive::text)::pool.changed_column END,
            CASE WHEN old.rate_applicable IS DISTINCT FROM new.rate_applicable THEN ('rate_applicable', old.rate_applicable::text, new.rate_applicable::text)::pool.changed_column END,
            CASE WHEN old.line_count IS DISTINCT FROM new.line_count THEN ('line_count', old.line_count::text, new.line_count::text)::pool.changed_column END,
            CASE WHEN old.lines_hash IS DISTINCT FROM new.lines_hash THEN ('lines_hash', old.lines_hash::text, new.lines_hash::text)::pool.changed_column END,
            CASE WHEN old.details IS DISTINCT FROM new.details THEN ('details', old.details::text, new.details::text)::pool.changed_column END,
            CASE WHEN old.status IS DISTINCT FROM new.status THEN ('status', old.status::text, new.status::text)::pool.changed_column END,
            CASE WHEN old.risk_status IS DISTINCT FROM new.risk_status THEN ('risk_status', old.risk_status::text, new.risk_status::text)::pool.changed_column END,
            CASE WHEN old.red_locked IS DISTINCT FROM new.red_locked THEN ('red_locked', old.red_locked::text, new.red_locked::text)::pool.changed_column END,
            CASE WHEN old.fuel_anomaly IS DISTINCT FROM new.fuel_anomaly THEN ('fuel_anomaly', old.fuel_anomaly::text, new.fuel_anomaly::text)::pool.changed_column END,
            CASE WHEN old.vehicle_anomaly IS DISTINCT FROM new.vehicle_anomaly THEN ('vehicle_anomaly', old.vehicle_anomaly::text, new.vehicle_anomaly::text)::pool.changed_column END,
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
            CASE WHEN old.verify_source IS DISTINCT FROM new.verify_source THEN ('verify_source', old.verify_source::text, new.verify_source::text)::pool.changed_column END,
            CASE WHEN old.detail_level IS DISTINCT FROM new.detail_level THEN ('detail_level', old.detail_level::text, new.detail_level::text)::pool.changed_column END,
            CASE WHEN old.tax_org_code IS DISTINCT FROM new.tax_org_code THEN ('tax_org_code', old.tax_org_code::text, new.tax_org_code::text)::pool.changed_column END,
            CASE WHEN old.aggregated_on IS DISTINCT FROM new.aggregated_on THEN ('aggregated_on', old.aggregated_on::text, new.aggregated_on::text)::pool.changed_column END,
            CASE WHEN old.fare IS DISTINCT FROM new.fare THEN ('fare', old.fare::text, new.fare::text)::pool.changed_column END,
            CASE WHEN old.fuel_surcharge IS DISTINCT FROM new.fuel_surcharge THEN ('fuel_surcharge', old.fuel_surcharge::text, new.fuel_surcharge::text)::pool.changed_column END,
            CASE WHEN old.development_fund IS DISTINCT FROM new.development_fund THEN ('development_fund', old.development_fund::text, new.development_fund::text)::pool.changed_column END,
            CASE WHEN old.other_charges IS DISTINCT FROM new.other_charges THEN ('other_charges', old.other_charges::text, new.other_charges::text)::pool.changed_column END,
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
