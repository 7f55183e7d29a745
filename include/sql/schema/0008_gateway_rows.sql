-- What the gateway's rows add: the parts of a flight ticket, the issuing system, the verification cache, left-out lines.

ALTER TABLE pool.document
    ADD COLUMN fare numeric,
    ADD COLUMN fuel_surcharge numeric,
    ADD COLUMN development_fund numeric,
    ADD COLUMN other_charges numeric,
    ADD COLUMN source_system text;

UPDATE pool.document AS d
SET fare = part.fare, fuel_surcharge = part.fuel_surcharge, development_fund = part.development_fund,
    other_charges = part.other_charges
FROM (
    SELECT l.direction, l.taxpayer_no, l.document_key,
        sum(l.amount) FILTER (WHERE l.goods_name LIKE '%票价%') AS fare,
        sum(l.amount) FILTER (WHERE l.goods_name LIKE '%燃油附加费%') AS fuel_surcharge,
        sum(l.amount) FILTER (WHERE l.goods_name LIKE '%民航发展基金%') AS development_fund,
        sum(l.amount) FILTER (WHERE l.goods_name LIKE '%其他税费%') AS other_charges
    FROM pool.line AS l
    GROUP BY l.direction, l.taxpayer_no, l.document_key
) AS part
WHERE d.invoice_type = '61' AND d.direction = part.direction AND d.taxpayer_no = part.taxpayer_no
    AND d.document_key = part.document_key;

-- 未验: who verifies looks here.
CREATE INDEX document_to_verify ON pool.document (taxpayer_no, direction, document_key) WHERE verification_status = '3';

-- What a status update brought of documents that are not to enter the pool yet (R126, R129): the staged row as it would
-- have been merged, by the merge it goes through. Whoever receives the document takes it from here.
CREATE TABLE pool.verification_cache (
    direction text NOT NULL CHECK (direction IN ('input', 'output')),
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    target text NOT NULL CHECK (target IN ('documents', 'headers')),
    observed_at timestamptz NOT NULL,
    row_values jsonb NOT NULL,
    line_values jsonb,
    batch_no text NOT NULL,
    channel text NOT NULL,
    cached_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (taxpayer_no, direction, document_key, target)
);

CREATE INDEX verification_cache_by_key ON pool.verification_cache (document_key);

-- Lines that the filter errorGoodsNames left out (R274 to R277, A-19); the totals of their documents stay as they came.
CREATE TABLE pool.dropped_line (
    batch_no text NOT NULL,
    reply_id bigint NOT NULL,
    direction text NOT NULL,
    taxpayer_no text NOT NULL,
    document_key text NOT NULL,
    line_no integer NOT NULL,
    goods_name text NOT NULL,
    amount numeric,
    tax_amount numeric,
    dropped_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX dropped_line_of_batch ON pool.dropped_line (batch_no);
CREATE INDEX dropped_line_of_document ON pool.dropped_line (document_key);

CREATE OR REPLACE VIEW fapiao.invoice AS
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
    d.refund_label, d.entry_kind, d.created_at, d.fare, d.fuel_surcharge, d.development_fund, d.other_charges, d.source_system
FROM pool.document AS d
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = d.taxpayer_no;
