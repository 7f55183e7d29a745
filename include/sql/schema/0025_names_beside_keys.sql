-- 数电 on paper whose key is not its 20 digits is rare, and looked for in every merge: an index of these alone.

CREATE INDEX document_keyed_by_paper ON pool.document (direction, taxpayer_no)
    WHERE etax_invoice_no IS NOT NULL AND invoice_code IS NOT NULL AND etax_invoice_no <> document_key;
