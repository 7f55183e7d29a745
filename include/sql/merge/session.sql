-- name: lock_owner
-- One merge at a time per company and direction, until the transaction ends: neither deadlocks nor lost inserts.
SELECT pool.lock_owner(%(direction)s, %(taxpayer_no)s);

-- name: planner
-- What the session says about joins, to be put back.
SELECT current_setting('enable_hashjoin'), current_setting('enable_mergejoin'), current_setting('enable_seqscan');

-- name: join
-- Let the planner hash, sort and scan, or not: a merge walks the index, even where statistics call the pool empty.
SELECT set_config('enable_hashjoin', %(hash)s, true), set_config('enable_mergejoin', %(merge)s, true),
    set_config('enable_seqscan', %(scan)s, true);

-- name: analyse
-- How many lines came and what the merge touched, or the planner holds every line against every document.
ANALYZE staged_lines (document_key), staged_touched (action, document_key, lines_changed);

-- name: rename_lines
-- Lines go with their document to the key under which the pool has it.
UPDATE staged_lines AS l SET document_key = n.kept
FROM unnest(%(said)s::text[], %(kept)s::text[]) AS n (said, kept)
WHERE n.said = l.document_key;

-- name: rename_sightings
-- A sighting names documents by their keys.
UPDATE pool.sighting AS g SET document_keys = ARRAY(
    SELECT DISTINCT coalesce(n.kept, seen.document_key)
    FROM unnest(g.document_keys) AS seen (document_key)
    LEFT JOIN unnest(%(said)s::text[], %(kept)s::text[]) AS n (said, kept) ON n.said = seen.document_key)
WHERE g.reply_id = ANY (%(reply_ids)s);

-- name: log_sighting
-- Which documents a reply showed (R106); a reply that is loaded in pieces or merged again stays one row.
INSERT INTO pool.sighting AS g (
    reply_id, batch_no, kind, observed_groups, direction, taxpayer_no, channel, observed_at, document_keys)
VALUES (
    %(reply_id)s, %(batch_no)s, %(kind)s, %(observed_groups)s, %(direction)s, %(taxpayer_no)s, %(channel)s,
    %(observed_at)s, string_to_array(%(keys)s, E'\n'))
ON CONFLICT (reply_id) DO UPDATE SET document_keys = ARRAY(
    SELECT unnest(g.document_keys) UNION SELECT unnest(excluded.document_keys));

-- name: copy_rejected
-- Rows that are not stored, each with the sentence why.
COPY pool.rejected_row (
    batch_no, generation, reply_id, row_no, document_key, reason, payload, fate, code
) FROM STDIN;

-- name: copy_dropped
-- Lines that the line filter left out, each for the record (A-19).
COPY pool.dropped_line (
    batch_no, direction, taxpayer_no, reply_id, document_key, line_no, goods_name, amount, tax_amount
) FROM STDIN;

-- name: captured_first
-- The invoices that a merge of headers brought into the pool: it wrote them, and there was nothing to change.
SELECT d.document_key
FROM staged_headers AS s
JOIN pool.document AS d ON d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = s.document_key
WHERE d.batch_no = %(batch_no)s AND d.document = 'invoice' AND d.detail_level = 'header' AND NOT EXISTS (
    SELECT FROM pool.change AS c
    WHERE c.direction = d.direction AND c.taxpayer_no = d.taxpayer_no AND c.document_key = d.document_key
        AND c.batch_no = d.batch_no)
ORDER BY d.document_key;

-- name: lines_arrived
-- Nobody waits any longer for what has its lines now.
DELETE FROM sync.awaited_lines AS a
WHERE a.direction = %(direction)s AND a.taxpayer_no = %(taxpayer_no)s AND EXISTS (
    SELECT FROM pool.document AS d
    WHERE d.direction = a.direction AND d.taxpayer_no = a.taxpayer_no AND d.document_key = a.document_key
        AND (d.detail_level = 'full' OR EXISTS (
            SELECT FROM pool.line AS l WHERE l.direction = d.direction AND l.taxpayer_no = d.taxpayer_no
                AND l.document_key = d.document_key)));

-- name: headers_complete
-- 已下载表头 → 成功: every document that the collection captured first has its lines.
UPDATE sync.task AS k
SET status = 'succeeded', finished_at = sync.now()
WHERE k.status = 'headers_only' AND k.void_state IS NULL AND k.direction = %(direction)s
    AND k.taxpayer_no = %(taxpayer_no)s
    AND NOT EXISTS (SELECT FROM sync.awaited_lines AS a WHERE a.task_id = k.task_id);

-- name: keep_orphans
-- Statuses of documents that the pool does not hold yet wait for them; the newest of each sort stays.
INSERT INTO pool.orphan_status AS o (
    direction, taxpayer_no, document_key, has_usage, observed_at, row_values, batch_no, channel)
SELECT %(direction)s, %(taxpayer_no)s, s.document_key, num_nonnulls(s.vat_usage, s.entry_status, s.tax_period) > 0,
    s.observed_at, jsonb_strip_nulls(to_jsonb(s)), %(batch_no)s, %(channel)s
FROM staged_status AS s
WHERE NOT EXISTS (
    SELECT FROM pool.document AS d
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = s.document_key)
ON CONFLICT (taxpayer_no, direction, document_key, has_usage) DO UPDATE SET
    observed_at = excluded.observed_at,
    row_values = excluded.row_values,
    batch_no = excluded.batch_no,
    channel = excluded.channel
WHERE excluded.observed_at >= o.observed_at
    AND coalesce((excluded.row_values ->> 'risk_changed_at')::timestamptz >= (o.row_values ->> 'risk_changed_at')::timestamptz, true);

-- name: has_orphans
-- Whether any status waits for a document of this company.
SELECT EXISTS (
    SELECT FROM pool.orphan_status WHERE direction = %(direction)s AND taxpayer_no = %(taxpayer_no)s);

-- name: take_orphans
-- Stage the waiting statuses whose documents are here now.
WITH found AS (
    DELETE FROM pool.orphan_status AS o USING (
        SELECT direction, taxpayer_no, document_key AS said, document_key AS kept FROM pool.document
        UNION ALL
        SELECT direction, taxpayer_no, said, kept FROM pool.other_name
    ) AS d
    WHERE o.direction = %(direction)s AND o.taxpayer_no = %(taxpayer_no)s AND o.has_usage = %(has_usage)s
        AND d.direction = o.direction AND d.taxpayer_no = o.taxpayer_no AND d.said = o.document_key
    RETURNING o.row_values || jsonb_build_object(
        'document_key', d.kept, 'batch_no', o.batch_no, 'channel', o.channel) AS row_values
)
INSERT INTO staged_status
SELECT (jsonb_populate_record(NULL::staged_status, row_values)).* FROM found;
