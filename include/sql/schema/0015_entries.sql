-- What the business system writes beside a document (S2 §3.1), what its type says, and the list that is selected from.

-- 是否可抵扣 is NULL where the type decides; the codes of use_state are expendStatus (protocols §7.7).
ALTER TABLE pool.document
    ADD COLUMN deductible boolean,
    ADD COLUMN entry_tax_amount numeric,
    ADD COLUMN transfer_out_amount numeric,
    ADD COLUMN transfer_out_reason text,
    ADD COLUMN voucher_no text,
    ADD COLUMN use_state text CHECK (use_state IN ('1', '30', '60', '65'));

-- What a type says of its documents, out of include/rules: whether they can be deducted (R167), and whether the
-- 税务组织 is the one whose 统一社会信用代码 is the buyer's tax number (R170). Of 海关缴款书 the buyer is the 缴款单位.
CREATE TABLE sync.type_rule (
    type text PRIMARY KEY,
    deductible boolean NOT NULL,
    tax_org_of_buyer boolean NOT NULL
);

CREATE OR REPLACE VIEW fapiao.invoice AS
SELECT
    d.direction, d.taxpayer_no, d.document_key, d.document, d.invoice_type, d.invoice_code, d.invoice_no,
    d.etax_invoice_no, d.issue_date, d.seller_tax_no, d.seller_name, d.buyer_tax_no, d.buyer_name, d.amount,
    d.tax_amount, d.total_amount, d.total_tax_incl_amount, d.status, d.risk_status, d.selection_status,
    d.deduction_status, d.deduction_purpose, d.not_deductible_type, d.tax_period, d.selected_at, d.certified_at,
    d.effective_tax_amount, d.entry_status, d.entry_period, d.entry_at, d.vat_usage, d.consumption_tax_usage,
    d.verification_status, d.verify_source, d.detail_level, coalesce(d.org_code, t.org_code) AS org_code,
    CASE WHEN d.direction = 'input' AND r.tax_org_of_buyer THEN b.org_code ELSE d.tax_org_code END AS tax_org_code,
    d.first_collected_at, d.aggregated_on, d.signed, d.remark,
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
    d.refund_label, d.entry_kind, d.created_at, d.fare, d.fuel_surcharge, d.development_fund, d.other_charges, d.source_system,
    coalesce(d.deductible, r.deductible) AS deductible, d.entry_tax_amount, d.transfer_out_amount,
    d.transfer_out_reason, d.voucher_no, d.use_state
FROM pool.document AS d
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = d.taxpayer_no
LEFT JOIN enterprise.taxpayer AS b ON b.taxpayer_no = d.buyer_tax_no
LEFT JOIN sync.type_rule AS r ON r.type = CASE d.document WHEN 'invoice' THEN d.invoice_type ELSE d.document END;

-- The list of 海关缴款书: newest first, a page at a time.
CREATE INDEX document_of_customs ON pool.document (coalesce(issue_date, '0001-01-01'), taxpayer_no, document_key)
    WHERE document = 'customs' AND direction = 'input';

-- 自动抵扣勾选配置 (R222): a document goes to the first rule, by priority and name, whose conditions it meets.
-- An empty list and a missing bound are no condition; amounts are 税款金额 in yuan, dates are days in Asia/Shanghai.
CREATE TABLE enterprise.auto_selection_rule (
    name text PRIMARY KEY CHECK (name <> ''),
    priority integer NOT NULL DEFAULT 100 CHECK (priority >= 0),
    enabled boolean NOT NULL DEFAULT false,
    action text NOT NULL CHECK (action IN (
        'preselect',   -- 预勾选
        'select'       -- 不抵扣勾选
    )),
    organisations text[] NOT NULL DEFAULT '{}',
    invoice_types text[] NOT NULL DEFAULT '{customs}' CHECK (cardinality(invoice_types) > 0),
    reasons text[] NOT NULL DEFAULT '{}',
    amount_from numeric,
    amount_to numeric,
    issued_from date,
    issued_to date,
    reason text CHECK (reason IN ('1', '2', '3', '4', '5')),
    reason_text text,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT other_is_explained CHECK (reason IS DISTINCT FROM '5' OR reason_text <> '')
);
