-- name: invoices
-- 全票池: the documents of the filter; a batch is a download or a planning, and brings what it saw.
SELECT i.*, t.name AS taxpayer_name,
    CASE d.channel WHEN 'bureau_file' THEN fapiao.label('history_method', d.channel) ELSE d.channel END AS channel, d.batch_no
FROM fapiao.invoice AS i
LEFT JOIN pool.document AS d USING (direction, taxpayer_no, document_key)  -- left out by Postgres where no column needs it
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
WHERE (%(taxpayers)s::text[] IS NULL OR i.taxpayer_no = ANY (%(taxpayers)s))
    AND (%(direction)s::text IS NULL OR i.direction = %(direction)s)
    AND (%(invoice_types)s::text[] IS NULL OR i.invoice_type = ANY (%(invoice_types)s))
    AND (%(month_from)s::date IS NULL OR i.issue_date >= %(month_from)s)
    AND (%(month_to)s::date IS NULL OR i.issue_date < (%(month_to)s::date + interval '1 month')::date)
    AND (%(organisations)s::text[] IS NULL OR i.org_code = ANY (%(organisations)s))
    AND (%(batches)s::text[] IS NULL OR (i.direction, i.taxpayer_no, i.document_key) IN (
        SELECT s.direction, s.taxpayer_no, unnest(s.document_keys)
        FROM pool.sighting AS s
        WHERE s.batch_no = ANY (%(batches)s)
            OR s.batch_no IN (SELECT k.batch_no FROM sync.task AS k WHERE k.parent_batch_no = ANY (%(batches)s))));

-- name: lines
-- 全票池明细: the lines of the same documents, with the type and the day that put them in the same order.
SELECT l.*, i.invoice_type, i.issue_date
FROM fapiao.invoice_line AS l
JOIN fapiao.invoice AS i USING (direction, taxpayer_no, document_key)
WHERE (%(taxpayers)s::text[] IS NULL OR i.taxpayer_no = ANY (%(taxpayers)s))
    AND (%(direction)s::text IS NULL OR i.direction = %(direction)s)
    AND (%(invoice_types)s::text[] IS NULL OR i.invoice_type = ANY (%(invoice_types)s))
    AND (%(month_from)s::date IS NULL OR i.issue_date >= %(month_from)s)
    AND (%(month_to)s::date IS NULL OR i.issue_date < (%(month_to)s::date + interval '1 month')::date)
    AND (%(organisations)s::text[] IS NULL OR i.org_code = ANY (%(organisations)s))
    AND (%(batches)s::text[] IS NULL OR (i.direction, i.taxpayer_no, i.document_key) IN (
        SELECT s.direction, s.taxpayer_no, unnest(s.document_keys)
        FROM pool.sighting AS s
        WHERE s.batch_no = ANY (%(batches)s)
            OR s.batch_no IN (SELECT k.batch_no FROM sync.task AS k WHERE k.parent_batch_no = ANY (%(batches)s))));

-- name: unhurried
-- One process sends the rows: it reads an index in their order at once, where several would first sort all of them.
SELECT set_config('max_parallel_workers_per_gather', '0', true);

-- name: count_rows
-- How many rows a statement has.
SELECT count(*)
FROM (
    {statement}
) AS sheet;

-- name: picked
-- The columns of a sheet out of its statement, in the statement's order: Postgres keeps it where nothing else is asked.
SELECT {columns}
FROM (
    {statement}
) AS sheet;

-- name: picked_in_order
-- The same of a statement that leaves the order to the sheet, so that counting its rows sorts nothing.
SELECT {columns}
FROM (
    {statement}
) AS sheet
ORDER BY {order};

-- name: typed
-- No row of a statement: it says what types its columns have.
SELECT {columns}
FROM (
    {statement}
) AS sheet
LIMIT 0;
