-- One document under two names (ADR 0033).

CREATE OR REPLACE VIEW pool.other_name AS
SELECT direction, taxpayer_no, etax_invoice_no AS said, document_key AS kept
FROM pool.document
WHERE etax_invoice_no IS NOT NULL AND invoice_code IS NOT NULL AND etax_invoice_no <> document_key
UNION ALL
SELECT direction, taxpayer_no, invoice_code || '-' || invoice_no, document_key
FROM pool.document
WHERE etax_invoice_no IS NOT NULL AND invoice_code IS NOT NULL AND invoice_code || '-' || invoice_no <> document_key;
COMMENT ON VIEW pool.other_name IS
    'What a document is called beside its key: `said` is the other name, `kept` the key.';
