-- name: found
-- The documents that the rows of a list name, 海关缴款书 by their number and invoices by code and number, with all the rules look at; an invoice in the column of 海关缴款书 is found too, so that its type is refused and not its absence.
WITH named AS (
    SELECT * FROM jsonb_to_recordset(%(rows)s) AS r (
        row_no integer, taxpayer_no text, customs_no text, invoice_code text, invoice_no text)
),
meant AS (
    SELECT n.row_no, d.taxpayer_no, d.document_key
    FROM named AS n
    JOIN pool.document AS d ON d.document_key = n.customs_no
    WHERE d.direction = 'input' AND coalesce(n.taxpayer_no, d.taxpayer_no) = d.taxpayer_no
    UNION
    SELECT n.row_no, d.taxpayer_no, d.document_key
    FROM named AS n
    JOIN pool.document AS d ON d.invoice_no = n.invoice_no AND d.invoice_code IS NOT DISTINCT FROM n.invoice_code
    WHERE n.customs_no IS NULL AND d.direction = 'input' AND d.document <> 'customs'
        AND coalesce(n.taxpayer_no, d.taxpayer_no) = d.taxpayer_no
    UNION
    SELECT n.row_no, d.taxpayer_no, d.document_key
    FROM named AS n
    JOIN pool.document AS d ON d.document_key = n.invoice_no
    WHERE n.customs_no IS NULL AND n.invoice_code IS NULL AND d.direction = 'input' AND d.document <> 'customs'
        AND coalesce(n.taxpayer_no, d.taxpayer_no) = d.taxpayer_no
)
SELECT m.row_no, d.taxpayer_no, d.document_key, d.document, coalesce(d.org_code, t.org_code) AS org_code,
    e.selection_channel AS channel,
    pool.selection_kind(d.document, d.invoice_type, d.document_key) AS type,
    coalesce(d.selection_status, '0') AS selection_state, d.status, d.risk_status, d.issue_date, d.amount, d.tax_amount,
    sign(d.amount)::text AS amount_sign
FROM meant AS m
JOIN pool.document AS d ON d.direction = 'input' AND (d.taxpayer_no, d.document_key) = (m.taxpayer_no, m.document_key)
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = d.taxpayer_no
LEFT JOIN enterprise.effective_channel AS e ON e.taxpayer_no = d.taxpayer_no
ORDER BY m.row_no, d.taxpayer_no;
