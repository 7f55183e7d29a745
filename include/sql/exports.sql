-- name: invoices
-- 全票池: the documents of the filter; a batch is a download or a planning, and brings what it saw.
SELECT i.*, t.name AS taxpayer_name,
    CASE d.channel WHEN 'bureau_file' THEN fapiao.label('history_method', d.channel) ELSE d.channel END AS channel, d.batch_no
FROM pool.filtered_invoices(
    taxpayers => %(taxpayers)s, direction => %(direction)s, invoice_types => %(invoice_types)s,
    month_from => %(month_from)s, month_to => %(month_to)s, organisations => %(organisations)s, batches => %(batches)s) AS i
LEFT JOIN pool.document AS d USING (direction, taxpayer_no, document_key)  -- left out by Postgres where no column needs it
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no);

-- name: lines
-- 全票池明细: the lines of the same documents, with the type and the day that put them in the same order.
SELECT l.*, i.invoice_type, i.issue_date
FROM fapiao.invoice_line AS l
JOIN pool.filtered_invoices(
    taxpayers => %(taxpayers)s, direction => %(direction)s, invoice_types => %(invoice_types)s,
    month_from => %(month_from)s, month_to => %(month_to)s, organisations => %(organisations)s, batches => %(batches)s) AS i
    USING (direction, taxpayer_no, document_key);

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
