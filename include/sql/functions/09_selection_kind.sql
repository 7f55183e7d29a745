-- What a document is to a selection (勾选).

CREATE OR REPLACE FUNCTION pool.selection_kind(document text, invoice_type text, document_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN document = 'customs' AND document_key LIKE '___________________Y__' THEN 'customs_consumption'
        ELSE invoice_type
    END
$$;
COMMENT ON FUNCTION pool.selection_kind IS
    'What a paper is to a selection: the 20th character of a 缴款书 tells 消费税 (Y) from 增值税, which alone is '
    'selected (R184).';
