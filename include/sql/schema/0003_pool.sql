-- The pool: documents with their lines, every changed column, and what could not be stored, held or placed yet.

CREATE SCHEMA pool;
CREATE SCHEMA IF NOT EXISTS fapiao;

-- One row per document as one company sees it: the same paper may be input of one company and output of another.
-- Labels, sources and merge policies of the columns: include/rules/fields.yaml. Instants are timestamptz, dates are days in
-- Asia/Shanghai, money is numeric in yuan as the bureau wrote it. The free space of a page keeps status changes off the indexes.
CREATE TABLE pool.document (
    direction text NOT NULL CHECK (direction IN ('input', 'output')),
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    document text NOT NULL CHECK (document IN ('invoice', 'customs', 'withholding')),
    invoice_type text NOT NULL,
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
    risk_changed_at timestamptz,
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
    additional_deduction numeric,
    additional_deduction_left numeric,
    vat_usage text,
    agricultural_usage text,
    consumption_tax_usage text,
    refund_label text,
    entry_status text,
    entry_kind text,
    entry_period text,
    entry_at timestamptz,
    verification_status text,
    verify_source text,
    detail_level text NOT NULL CHECK (detail_level IN ('full', 'header')),
    org_code text,
    tax_org_code text,
    signed boolean,
    first_collected_at timestamptz NOT NULL,
    aggregated_on date,
    face_observed_at timestamptz,
    status_observed_at timestamptz,
    anomaly_observed_at timestamptz,
    usage_observed_at timestamptz,
    selection_observed_at timestamptz,
    channel text NOT NULL,
    batch_no text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (direction, taxpayer_no, document_key)
) WITH (fillfactor = 80);

CREATE INDEX document_of_month ON pool.document (taxpayer_no, direction, invoice_type, issue_date);
CREATE INDEX document_by_key ON pool.document (document_key);
CREATE INDEX document_by_paper_number ON pool.document (invoice_no, invoice_code);
CREATE INDEX document_of_seller ON pool.document (seller_tax_no, issue_date);

-- Whoever writes documents of a company takes this lock first and holds it to the end of the transaction.
CREATE FUNCTION pool.lock_owner(direction text, taxpayer_no text) RETURNS void LANGUAGE sql VOLATILE AS $$
    SELECT pg_advisory_xact_lock(hashtextextended('pool.document ' || direction || ' ' || taxpayer_no, 0))
$$;

CREATE TABLE pool.line (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    line_no integer NOT NULL,
    goods_name text,
    goods_code text,
    specification text,
    unit text,
    quantity numeric,
    price numeric,
    amount numeric,
    tax_rate numeric,
    tax_amount numeric,
    details jsonb,
    PRIMARY KEY (direction, taxpayer_no, document_key, line_no)
);

-- One changed column, as text, before and after; what a merge hands from the changed row to pool.change.
CREATE TYPE pool.changed_column AS (column_name text, old_value text, new_value text);

-- Append-only: every changed column of every document, with the task that changed it. An insertion is no change.
CREATE TABLE pool.change (
    change_id bigint GENERATED ALWAYS AS IDENTITY,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    column_name text NOT NULL,
    old_value text,
    new_value text,
    batch_no text NOT NULL,
    channel text NOT NULL,
    observed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE INDEX change_of_document ON pool.change (document_key, change_id);
-- Batch numbers start with their instant, so a block range is enough to find the changes of a task.
CREATE INDEX change_of_batch ON pool.change USING brin (batch_no) WITH (pages_per_range = 16);

CREATE FUNCTION pool.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'pool.change is append-only: its rows are evidence';
END
$$;

CREATE TRIGGER change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pool.change
    FOR EACH STATEMENT EXECUTE FUNCTION pool.refuse_rewriting();

-- One row per merged reply: which documents were seen again, though nothing changed (R106), and when the bureau said so
-- about which groups of columns.
CREATE TABLE pool.sighting (
    reply_id bigint PRIMARY KEY,
    batch_no text NOT NULL,
    kind text NOT NULL,
    observed_groups text[] NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    channel text NOT NULL,
    observed_at timestamptz NOT NULL,
    document_keys text[] STORAGE EXTERNAL NOT NULL
);

CREATE INDEX sighting_of_taxpayer ON pool.sighting (taxpayer_no, direction, observed_at);
CREATE INDEX sighting_of_batch ON pool.sighting (batch_no);

-- Rows of a reply that cannot be stored; each counts as failed in its task.
CREATE TABLE pool.rejected_row (
    batch_no text NOT NULL,
    reply_id bigint NOT NULL,
    row_no integer NOT NULL,
    document_key text,
    reason text NOT NULL,
    payload jsonb NOT NULL,
    rejected_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX rejected_row_of_batch ON pool.rejected_row (batch_no);

-- A value that was offered and not taken: backwards (A-36), older than what the pool knows, or barred by 已入账 (R048).
CREATE TABLE pool.held_change (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    column_name text NOT NULL,
    current_value text,
    offered_value text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('backwards', 'older', 'booked')),
    batch_no text NOT NULL,
    channel text NOT NULL,
    observed_at timestamptz NOT NULL,
    held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE NULLS NOT DISTINCT (taxpayer_no, direction, document_key, column_name, current_value, offered_value, reason, batch_no)
);

-- Statuses and usages of documents that the pool does not hold yet; they are merged when the document arrives.
CREATE TABLE pool.orphan_status (
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    has_usage boolean NOT NULL,
    observed_at timestamptz NOT NULL,
    row_values jsonb NOT NULL,
    batch_no text NOT NULL,
    channel text NOT NULL,
    PRIMARY KEY (taxpayer_no, direction, document_key, has_usage)
);

CREATE VIEW fapiao.invoice AS
SELECT
    d.direction, d.taxpayer_no, d.document_key, d.document, d.invoice_type, d.invoice_code, d.invoice_no,
    d.etax_invoice_no, d.issue_date, d.seller_tax_no, d.seller_name, d.buyer_tax_no, d.buyer_name, d.amount,
    d.tax_amount, d.total_amount, d.total_tax_incl_amount, d.status, d.risk_status, d.selection_status,
    d.deduction_status, d.deduction_purpose, d.not_deductible_type, d.tax_period, d.selected_at, d.certified_at,
    d.effective_tax_amount, d.entry_status, d.entry_period, d.entry_at, d.vat_usage, d.consumption_tax_usage,
    d.verification_status, d.verify_source, d.detail_level, coalesce(d.org_code, t.org_code) AS org_code,
    d.tax_org_code, d.first_collected_at, d.aggregated_on, d.signed, d.remark,
    d.bureau_invoice_type, d.issued_at, d.seller_address, d.seller_phone, d.seller_bank, d.seller_account,
    d.seller_address_phone, d.seller_bank_account, d.buyer_address, d.buyer_phone, d.buyer_bank,
    d.buyer_account, d.buyer_address_phone, d.buyer_bank_account, d.true_seller_tax_no, d.true_seller_name,
    d.filing_taxpayer_no, d.seller_taxpayer_kind, d.total_amount_text, d.deduction_amount, d.non_taxable_amount,
    d.tax_rate, d.drawer, d.payee, d.reviewer, d.check_code, d.tax_control_code, d.machine_no, d.tax_payment_no,
    d.ticket_kind, d.business_code, d.special_type, d.issue_kind, d.blue_invoice, d.original_blue_no,
    d.original_blue_paper_code, d.original_blue_paper_no, d.voiding_flag, d.voided_at, d.settlement_code,
    d.levy_refund_code, d.export_refund_code, d.rate_inclusive, d.rate_applicable, d.line_count, d.lines_hash,
    d.details, d.red_locked, d.risk_changed_at, d.fuel_anomaly, d.vehicle_anomaly, d.duplicate_locked,
    d.not_deductible_reason, d.additional_deduction, d.additional_deduction_left, d.agricultural_usage,
    d.refund_label, d.entry_kind, d.created_at
FROM pool.document AS d
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = d.taxpayer_no;

CREATE VIEW fapiao.invoice_line AS
SELECT document_key, line_no, goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount,
    direction, taxpayer_no, details
FROM pool.line;

CREATE VIEW fapiao.invoice_change AS
SELECT document_key, direction, taxpayer_no, column_name, old_value, new_value, batch_no, channel, observed_at,
    changed_at, change_id
FROM pool.change;

-- The pool as it was at an instant: today's rows that existed then, every later change undone. Lines are not undone.
CREATE FUNCTION fapiao.invoice_as_of(moment timestamptz) RETURNS SETOF fapiao.invoice LANGUAGE sql STABLE AS $$
    WITH first_change_since AS (
        SELECT DISTINCT ON (direction, taxpayer_no, document_key, column_name)
            direction, taxpayer_no, document_key, column_name, old_value
        FROM pool.change
        WHERE changed_at > moment
        ORDER BY direction, taxpayer_no, document_key, column_name, change_id
    ), value_then AS (
        SELECT direction, taxpayer_no, document_key, jsonb_object_agg(
            column_name, CASE column_name WHEN 'details' THEN old_value::jsonb ELSE to_jsonb(old_value) END) AS row_values
        FROM first_change_since
        GROUP BY direction, taxpayer_no, document_key
    )
    SELECT (jsonb_populate_record(i, coalesce(v.row_values, '{}'))).*
    FROM fapiao.invoice AS i
    LEFT JOIN value_then AS v USING (direction, taxpayer_no, document_key)
    WHERE i.created_at <= moment
$$;
