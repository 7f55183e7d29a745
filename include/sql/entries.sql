-- name: lock_owners
-- Takes the lock of every company of a file, always in the same order; the transaction's end releases them.
SELECT pool.lock_owner('input', o.taxpayer_no)
FROM (SELECT DISTINCT taxpayer_no FROM unnest(%(taxpayers)s::text[]) AS n (taxpayer_no) ORDER BY taxpayer_no) AS o;

-- name: known
-- The documents of a file as they are stored, with what their types say.
SELECT d.taxpayer_no, d.document_key, d.tax_amount, coalesce(r.deductible, false) AS type_deductible, d.deductible,
    d.entry_status, d.entry_kind, d.entry_period, d.entry_at, d.entry_tax_amount, d.transfer_out_amount,
    d.transfer_out_reason, d.voucher_no, d.org_code, d.use_state
FROM jsonb_to_recordset(%(keys)s) AS k (taxpayer_no text, document_key text)
JOIN pool.document AS d ON d.direction = 'input' AND (d.taxpayer_no, d.document_key) = (k.taxpayer_no, k.document_key)
LEFT JOIN sync.type_rule AS r ON r.type = CASE d.document WHEN 'invoice' THEN d.invoice_type ELSE d.document END;

-- name: organisations
-- Whose each document of a file is, and whose it is without an organisation of its own: its company's.
SELECT d.taxpayer_no, d.document_key, d.org_code, t.org_code
FROM jsonb_to_recordset(%(keys)s) AS k (taxpayer_no text, document_key text)
JOIN pool.document AS d ON d.direction = 'input' AND (d.taxpayer_no, d.document_key) = (k.taxpayer_no, k.document_key)
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = d.taxpayer_no;

-- name: save
-- Writes the business side of these documents, and what of it people see changed: before and after, who, when.
WITH given AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s) AS r (
        taxpayer_no text, document_key text, deductible boolean, entry_status text, entry_kind text, entry_period text,
        entry_at timestamptz, entry_tax_amount numeric, transfer_out_amount numeric, transfer_out_reason text,
        voucher_no text, org_code text, use_state text)
),
seen AS (
    SELECT d.taxpayer_no, d.document_key, c.name, c.before, c.after
    FROM given AS g
    JOIN pool.document AS d ON d.direction = 'input' AND (d.taxpayer_no, d.document_key) = (g.taxpayer_no, g.document_key)
    LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = d.taxpayer_no
    LEFT JOIN sync.type_rule AS r ON r.type = CASE d.document WHEN 'invoice' THEN d.invoice_type ELSE d.document END
    CROSS JOIN LATERAL (VALUES
        ('deductible', coalesce(d.deductible, r.deductible)::text, coalesce(g.deductible, r.deductible)::text),
        ('entry_status', d.entry_status, g.entry_status),
        ('entry_kind', d.entry_kind, g.entry_kind),
        ('entry_period', d.entry_period, g.entry_period),
        ('entry_at', d.entry_at::text, g.entry_at::text),
        ('entry_tax_amount', d.entry_tax_amount::text, g.entry_tax_amount::text),
        ('transfer_out_amount', d.transfer_out_amount::text, g.transfer_out_amount::text),
        ('transfer_out_reason', d.transfer_out_reason, g.transfer_out_reason),
        ('voucher_no', d.voucher_no, g.voucher_no),
        ('org_code', coalesce(d.org_code, t.org_code), coalesce(g.org_code, t.org_code)),
        ('use_state', d.use_state, g.use_state)
    ) AS c (name, before, after)
    WHERE c.before IS DISTINCT FROM c.after
),
written AS (
    UPDATE pool.document AS d
    SET deductible = g.deductible, entry_status = g.entry_status, entry_kind = g.entry_kind,
        entry_period = g.entry_period, entry_at = g.entry_at, entry_tax_amount = g.entry_tax_amount,
        transfer_out_amount = g.transfer_out_amount, transfer_out_reason = g.transfer_out_reason,
        voucher_no = g.voucher_no, org_code = g.org_code, use_state = g.use_state, updated_at = sync.clock_timestamp()
    FROM given AS g
    WHERE d.direction = 'input' AND (d.taxpayer_no, d.document_key) = (g.taxpayer_no, g.document_key)
)
INSERT INTO pool.change (
    direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at,
    account)
SELECT 'input', taxpayer_no, document_key, name, before, after, %(actor)s, 'business', %(at)s, sync.clock_timestamp(),
    nullif(current_setting('fapiao.account', true), '')
FROM seen;
