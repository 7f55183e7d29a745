-- 全票池: the documents, their lines, their changed columns, and the pool as it was at an instant.

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
COMMENT ON VIEW fapiao.invoice IS
    'One row per document as one company sees it; labels, sources and merge policies of the columns are in '
    'include/rules/fields.yaml.';

CREATE OR REPLACE VIEW fapiao.invoice_line AS
SELECT document_key, line_no, goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount,
    direction, taxpayer_no, details
FROM pool.line;
COMMENT ON VIEW fapiao.invoice_line IS
    'The lines of the documents.';

CREATE OR REPLACE VIEW fapiao.invoice_change AS
SELECT document_key, direction, taxpayer_no, column_name, old_value, new_value, batch_no, channel, observed_at,
    changed_at, change_id
FROM pool.change;
COMMENT ON VIEW fapiao.invoice_change IS
    'Every changed column of every document, with the task that changed it.';

CREATE OR REPLACE FUNCTION fapiao.invoice_as_of(moment timestamptz) RETURNS SETOF fapiao.invoice LANGUAGE sql STABLE AS $$
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
COMMENT ON FUNCTION fapiao.invoice_as_of IS
    'The pool as it was at an instant: today''s rows that existed then, every later change undone. Lines are '
    'not undone.';

CREATE OR REPLACE FUNCTION pool.filtered_invoices(
    taxpayers text[], direction text, invoice_types text[], month_from date, month_to date, organisations text[],
    batches text[]
) RETURNS SETOF fapiao.invoice LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT i.*
    FROM fapiao.invoice AS i
    WHERE (filtered_invoices.taxpayers IS NULL OR i.taxpayer_no = ANY (filtered_invoices.taxpayers))
        AND (filtered_invoices.direction IS NULL OR i.direction = filtered_invoices.direction)
        AND (filtered_invoices.invoice_types IS NULL OR i.invoice_type = ANY (filtered_invoices.invoice_types))
        AND (filtered_invoices.month_from IS NULL OR i.issue_date >= filtered_invoices.month_from)
        AND (filtered_invoices.month_to IS NULL OR i.issue_date < (filtered_invoices.month_to + interval '1 month')::date)
        AND (filtered_invoices.organisations IS NULL OR i.org_code = ANY (filtered_invoices.organisations))
        AND (filtered_invoices.batches IS NULL OR (i.direction, i.taxpayer_no, i.document_key) IN (
            SELECT s.direction, s.taxpayer_no, unnest(s.document_keys)
            FROM pool.sighting AS s
            WHERE s.batch_no = ANY (filtered_invoices.batches)
                OR s.batch_no IN (SELECT k.batch_no FROM sync.task AS k WHERE k.parent_batch_no = ANY (filtered_invoices.batches))))
$$;
COMMENT ON FUNCTION pool.filtered_invoices IS
    'The documents by the filter of ./fapiao export; NULL is no condition, months are first days. A batch is a '
    'download or a planning, and brings what it saw. The planner puts the text of the function into the '
    'statement that calls it, as that of sync.filtered_log.';
