-- 红冲 without its blue invoice.

CREATE OR REPLACE VIEW fapiao.missing_blue_invoice AS
SELECT d.taxpayer_no, coalesce(d.org_code, t.org_code) AS org_code, d.document_key AS red_document_key, d.issue_date,
    d.total_amount, o.document_key
FROM pool.document AS d
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
CROSS JOIN LATERAL (
    SELECT coalesce(nullif(d.original_blue_no, ''),
        nullif(d.original_blue_paper_code, '') || '-' || nullif(d.original_blue_paper_no, '')) AS document_key
) AS o
WHERE d.direction = 'output' AND o.document_key IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM pool.document AS blue
        WHERE blue.direction = d.direction AND blue.taxpayer_no = d.taxpayer_no AND blue.document_key = o.document_key);
COMMENT ON VIEW fapiao.missing_blue_invoice IS
    '红冲 needs the original blue invoice in the pool (R231): the red sales invoices whose original is not '
    'there.';
