-- 数电 on paper is named by code and number in one place and by its 20 digits in another: one document, under one key.

CREATE INDEX document_of_two_names ON pool.document (direction, taxpayer_no)
    WHERE etax_invoice_no IS NOT NULL AND invoice_code IS NOT NULL;

-- What a document is called beside its key: `said` is the other name, `kept` the key.
CREATE VIEW pool.other_name AS
SELECT direction, taxpayer_no, etax_invoice_no AS said, document_key AS kept
FROM pool.document
WHERE etax_invoice_no IS NOT NULL AND invoice_code IS NOT NULL AND etax_invoice_no <> document_key
UNION ALL
SELECT direction, taxpayer_no, invoice_code || '-' || invoice_no, document_key
FROM pool.document
WHERE etax_invoice_no IS NOT NULL AND invoice_code IS NOT NULL AND invoice_code || '-' || invoice_no <> document_key;
