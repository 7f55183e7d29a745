-- name: stage
-- Lines of the documents that are staged, empty.
CREATE TEMP TABLE IF NOT EXISTS staged_lines (
    document_key text,
    line_no integer,
    goods_name text,
    goods_code text,
    specification text,
    unit text,
    quantity numeric,
    price numeric,
    amount numeric,
    tax_rate numeric,
    tax_amount numeric,
    details jsonb
) ON COMMIT DELETE ROWS;
TRUNCATE staged_lines;

-- name: copy
-- The lines of one package, as text; the lines of a document stand together and ascend.
COPY staged_lines (
    document_key, line_no, goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount, details
) FROM STDIN;

-- name: forget_repeats
-- Where a document came more than once, keep the lines that came with the row that stays.
WITH occurrence AS (
    SELECT document_key, lines_hash IS NOT NULL AS has_lines,
        row_number() OVER (PARTITION BY document_key, lines_hash IS NOT NULL ORDER BY ctid) AS occurrence_no,
        row_number() OVER (PARTITION BY document_key ORDER BY aggregated_on DESC NULLS LAST, observed_at DESC, ctid DESC) = 1
            AS stays
    FROM staged_documents
    WHERE document_key IN (SELECT document_key FROM staged_documents GROUP BY document_key HAVING count(*) > 1)
), started AS (
    SELECT ctid AS place, document_key,
        line_no <= lag(line_no) OVER (PARTITION BY document_key ORDER BY ctid) AS starts_again
    FROM staged_lines
    WHERE document_key IN (SELECT document_key FROM occurrence)
), numbered AS (
    SELECT place, document_key,
        1 + count(*) FILTER (WHERE starts_again) OVER (PARTITION BY document_key ORDER BY place) AS occurrence_no
    FROM started
)
DELETE FROM staged_lines USING numbered
WHERE staged_lines.ctid = numbered.place AND NOT EXISTS (
    SELECT FROM occurrence AS o
    WHERE o.document_key = numbered.document_key AND o.occurrence_no = numbered.occurrence_no AND o.has_lines AND o.stays
);

-- name: insert
-- The lines of documents that are new to the pool.
INSERT INTO pool.line (
    direction, taxpayer_no, document_key, line_no,
    goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount, details)
SELECT %(direction)s, %(taxpayer_no)s, l.document_key, l.line_no,
    l.goods_name, l.goods_code, l.specification, l.unit, l.quantity, l.price, l.amount, l.tax_rate, l.tax_amount, l.details
FROM staged_lines AS l JOIN staged_touched AS t ON t.document_key = l.document_key
WHERE t.action = 'INSERT';

-- name: insert_all
-- The lines of all that is staged, where every document is new to the pool.
INSERT INTO pool.line (
    direction, taxpayer_no, document_key, line_no,
    goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount, details)
SELECT %(direction)s, %(taxpayer_no)s, document_key, line_no,
    goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount, details
FROM staged_lines;

-- name: merge
-- Lines of a changed fingerprint: other goods replace a line whole, the same keep what a channel does not see (R093).
MERGE INTO pool.line AS d
USING (
    SELECT l.* FROM staged_lines AS l JOIN staged_touched AS t ON t.document_key = l.document_key
    WHERE t.action = 'UPDATE' AND t.lines_changed
) AS s
ON d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = s.document_key AND d.line_no = s.line_no
WHEN MATCHED AND (
    d.goods_name, d.goods_code, d.specification, d.unit, d.quantity, d.price, d.amount, d.tax_rate, d.tax_amount, d.details
) IS DISTINCT FROM (
    s.goods_name, s.goods_code, s.specification, s.unit, s.quantity, s.price, s.amount, s.tax_rate, s.tax_amount, s.details
) THEN UPDATE SET
    goods_name = s.goods_name,
    goods_code = coalesce(s.goods_code, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.goods_code END),
    specification = coalesce(s.specification, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.specification END),
    unit = coalesce(s.unit, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.unit END),
    quantity = coalesce(s.quantity, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.quantity END),
    price = coalesce(s.price, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.price END),
    amount = s.amount,
    tax_rate = coalesce(s.tax_rate, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.tax_rate END),
    tax_amount = coalesce(s.tax_amount, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.tax_amount END),
    details = coalesce(s.details, CASE WHEN (d.goods_name, d.amount) = (s.goods_name, s.amount) THEN d.details END)
WHEN NOT MATCHED THEN INSERT (
    direction, taxpayer_no, document_key, line_no,
    goods_name, goods_code, specification, unit, quantity, price, amount, tax_rate, tax_amount, details
) VALUES (
    %(direction)s, %(taxpayer_no)s, s.document_key, s.line_no,
    s.goods_name, s.goods_code, s.specification, s.unit, s.quantity, s.price, s.amount, s.tax_rate, s.tax_amount, s.details
);

-- name: remove_surplus
-- The lines that a document with a changed fingerprint no longer has.
DELETE FROM pool.line AS d USING staged_touched AS t
WHERE t.action = 'UPDATE' AND t.lines_changed
    AND d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = t.document_key
    AND NOT EXISTS (
        SELECT FROM staged_lines AS l WHERE l.document_key = d.document_key AND l.line_no = d.line_no
    );
