-- name: walk_indexes
-- Look documents and files up by index, even where statistics call their tables empty: the merge has just filled them.
SELECT set_config('enable_seqscan', 'off', true);

-- name: plan
-- Layout-file rows after a successful download, or the reason why there are none; nothing that is stored or under way.
WITH parent AS (
    SELECT k.*,
        CASE
            WHEN cardinality(%(countries)s::text[]) > 0
                AND upper(regexp_replace(
                    normalize(coalesce(t.country, ''), NFKC), '[[:space:]\u00ad\u200b-\u200f\u2060\ufeff]', '', 'g'))
                    <> ALL (%(countries)s::text[]) THEN 'no_country'
            WHEN %(needs_city)s AND '' IN (coalesce(btrim(t.bureau_city), ''), coalesce(btrim(t.bureau_city_code), ''))
                THEN 'no_city'
        END AS reason
    FROM sync.task AS k
    JOIN enterprise.taxpayer AS t USING (taxpayer_no)
    WHERE k.task_id = %(task_id)s AND k.status = 'succeeded' AND k.void_state IS NULL
        AND EXISTS (
            SELECT FROM enterprise.scheme AS s
            JOIN enterprise.scheme_taxpayer AS st USING (scheme_id)
            WHERE st.taxpayer_no = k.taxpayer_no AND s.enabled AND s.deleted_at IS NULL AND s.layout_files
                AND k.download_type = ANY (s.download_types) AND k.invoice_type = ANY (s.invoice_types))
),
seen AS (
    SELECT DISTINCT unnest(g.document_keys) AS document_key
    FROM parent JOIN pool.sighting AS g USING (batch_no)
),
asked_already AS (
    SELECT invoice ->> 'invoiceNo' AS document_key
    FROM parent
    JOIN sync.task AS o USING (taxpayer_no)
    CROSS JOIN LATERAL jsonb_array_elements(o.argument -> 'invoices') AS invoice
    WHERE o.download_type = 'input_files' AND o.status IN ('pending', 'downloading', 'downloaded')
        AND o.void_state IS NULL
),
wanted AS (
    SELECT d.document_key, d.issue_date,
        (row_number() OVER (ORDER BY d.document_key) - 1) / %(per_task)s + 1 AS batch
    FROM parent AS k
    CROSS JOIN seen
    CROSS JOIN LATERAL (
        SELECT * FROM pool.document AS held
        WHERE held.direction = k.direction AND held.taxpayer_no = k.taxpayer_no
            AND held.document_key = seen.document_key
        OFFSET 0  -- one look-up per invoice
    ) AS d
    WHERE d.invoice_type = k.invoice_type AND d.document_key NOT IN (SELECT document_key FROM asked_already)
        AND 3 > (
            SELECT count(DISTINCT f.file_type) FROM pool.layout_file AS f
            WHERE f.document_key = d.document_key AND f.direction = d.direction AND f.taxpayer_no = d.taxpayer_no
                AND f.source = 'bureau')
),
batch AS (
    SELECT nextval('sync.serial') AS task_id, batch, invoices
    FROM (
        SELECT batch, jsonb_agg(jsonb_build_object('invoiceType', %(asked_type)s::text, 'invoiceNo', document_key,
            'invoiceDate', coalesce(issue_date::text, '')) ORDER BY document_key) AS invoices
        FROM wanted GROUP BY batch ORDER BY batch
    ) AS cut
),
planned AS (
    INSERT INTO sync.task (
        task_id, batch_no, parent_batch_no, parent_task_id, dag_id, run_id, job, rule, tick, taxpayer_no, taxpayer_name,
        org_code, channel, direction, download_type, sync_type, document, invoice_type, window_start, window_end,
        window_basis, automatic, priority, argument, scheme_ids, created_by)
    SELECT h.task_id, sync.new_batch_no(h.task_id), k.parent_batch_no, k.task_id, k.dag_id, k.run_id, 'layout_files',
        %(rule)s, k.tick, k.taxpayer_no, k.taxpayer_name, k.org_code, 'etax', k.direction, 'input_files', k.sync_type,
        k.document, k.invoice_type, k.window_start, k.window_end, k.window_basis, k.automatic, %(priority)s,
        jsonb_build_object('handful', h.batch, 'invoices', h.invoices), k.scheme_ids, k.created_by
    FROM parent AS k CROSS JOIN batch AS h
    WHERE k.reason IS NULL
    ON CONFLICT DO NOTHING
    RETURNING 1
),
left_out AS (
    INSERT INTO sync.skip (
        parent_batch_no, dag_id, rule, tick, taxpayer_no, channel, direction, document, invoice_type, window_start,
        window_end, reason_code, reason)
    SELECT k.parent_batch_no, k.dag_id, %(rule)s, k.tick, k.taxpayer_no, k.channel, k.direction, k.document,
        k.invoice_type, k.window_start, k.window_end, k.reason, r.message
    FROM parent AS k
    JOIN jsonb_to_recordset(%(reasons)s) AS r (code text, message text) ON r.code = k.reason
    WHERE EXISTS (SELECT FROM wanted)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM planned)::integer AS planned, (SELECT count(*) FROM left_out)::integer AS left_out;

-- name: lock_owner
-- One writer at a time per company and direction, as the merges are.
SELECT pool.lock_owner(%(direction)s, %(taxpayer_no)s);

-- name: supersede
-- The files that others replace, because their bytes, their origin or their problem differ.
UPDATE pool.layout_file AS f SET superseded_at = sync.clock_timestamp()
FROM jsonb_to_recordset(%(files)s) AS n (document_key text, file_type text, source text, sha256 text, problem text)
WHERE f.direction = %(direction)s AND f.taxpayer_no = %(taxpayer_no)s AND f.document_key = n.document_key
    AND f.file_type = n.file_type AND f.superseded_at IS NULL
    AND (f.sha256, f.source, f.problem) IS DISTINCT FROM (n.sha256, n.source, n.problem);

-- name: forget_snapshots
-- An OFD that cannot be drawn takes the snapshot of the one before it out of sight.
UPDATE pool.layout_file AS f SET superseded_at = sync.clock_timestamp()
FROM jsonb_to_recordset(%(files)s) AS n (document_key text, file_type text, problem text)
WHERE n.file_type = 'ofd' AND n.problem IS NOT NULL
    AND f.direction = %(direction)s AND f.taxpayer_no = %(taxpayer_no)s AND f.document_key = n.document_key
    AND f.file_type = 'snapshot' AND f.superseded_at IS NULL;

-- name: store
-- The rows of files whose bytes are stored; those that stand there already stay. Returns the documents that got one.
INSERT INTO pool.layout_file (
    direction, taxpayer_no, document_key, file_type, source, sha256, size, media_type, problem, batch_no)
SELECT %(direction)s, %(taxpayer_no)s, document_key, file_type, source, sha256, size, media_type, problem, %(batch_no)s
FROM jsonb_to_recordset(%(files)s) AS n (
    document_key text, file_type text, source text, sha256 text, size bigint, media_type text, problem text)
ORDER BY document_key, file_type
ON CONFLICT DO NOTHING
RETURNING document_key, file_type;

-- name: sign
-- 自动签收: the documents whose files came are signed, with a change row each.
WITH signed AS (
    UPDATE pool.document AS d SET signed = true, updated_at = sync.clock_timestamp()
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = ANY (%(document_keys)s)
        AND d.signed IS DISTINCT FROM true
    RETURNING d.direction, d.taxpayer_no, d.document_key, old.signed AS was
)
INSERT INTO pool.change (
    direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
SELECT direction, taxpayer_no, document_key, 'signed', was::text, 'true', %(batch_no)s, %(channel)s, %(observed_at)s,
    sync.clock_timestamp()
FROM signed;

-- name: reject
-- An invoice whose files did not come, in the bureau's words or ours.
INSERT INTO pool.rejected_row (batch_no, reply_id, row_no, document_key, reason, payload)
SELECT %(batch_no)s, reply_id, row_no, document_key, reason, payload
FROM jsonb_to_recordset(%(failures)s) AS f (reply_id bigint, row_no integer, document_key text, reason text, payload jsonb);

-- name: standing
-- Whether a document is signed, and where its present file of a type comes from.
SELECT d.signed IS TRUE AS signed, f.source, f.sha256
FROM pool.document AS d
LEFT JOIN pool.layout_file AS f
    ON (f.direction, f.taxpayer_no, f.document_key) = (d.direction, d.taxpayer_no, d.document_key)
    AND f.file_type = %(file_type)s AND f.superseded_at IS NULL
WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = %(document_key)s;

-- name: without_lines
-- Which of these documents the pool holds without lines: their XML may complete them.
SELECT d.document_key FROM pool.document AS d
WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = ANY (%(document_keys)s)
    AND NOT EXISTS (
        SELECT FROM pool.line AS l
        WHERE (l.direction, l.taxpayer_no, l.document_key) = (d.direction, d.taxpayer_no, d.document_key));

-- name: mark_lines
-- The fingerprint of lines that came out of an XML, so that the same lines from a channel are no change; one change row each.
WITH marked AS (
    UPDATE pool.document AS d SET lines_hash = p.value, updated_at = sync.clock_timestamp()
    FROM jsonb_each_text(%(prints)s) AS p
    WHERE d.direction = %(direction)s AND d.taxpayer_no = %(taxpayer_no)s AND d.document_key = p.key
        AND d.lines_hash IS DISTINCT FROM p.value
    RETURNING d.document_key, old.lines_hash AS was, new.lines_hash AS is_now
)
INSERT INTO pool.change (
    direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel, observed_at, changed_at)
SELECT %(direction)s, %(taxpayer_no)s, document_key, 'lines_hash', was, is_now, %(batch_no)s, %(channel)s,
    %(observed_at)s, sync.clock_timestamp()
FROM marked;

-- name: of_invoice
-- The files of an invoice by its number, present ones first; of other organisations there are none.
SELECT f.direction, f.taxpayer_no, f.document_key, f.file_type, f.source, f.sha256, f.size, f.media_type, f.problem,
    f.batch_no, f.stored_by, f.stored_at, f.superseded_at, f.signed
FROM fapiao.layout_file AS f
JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
WHERE (d.document_key = %(number)s OR d.invoice_no = %(number)s OR d.etax_invoice_no = %(number)s)
    AND (%(organisations)s::text[] IS NULL OR coalesce(d.org_code, t.org_code) = ANY (%(organisations)s))
    AND (%(taxpayer)s::text IS NULL OR f.taxpayer_no = %(taxpayer)s::text)
    AND (%(history)s OR f.superseded_at IS NULL)
ORDER BY f.taxpayer_no, f.direction, f.superseded_at NULLS FIRST, f.file_type, f.stored_at DESC;

-- name: invoice_is_there
-- Whether the pool holds an invoice of that number at all, in these organisations.
SELECT EXISTS (
    SELECT FROM pool.document AS d
    LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
    WHERE (d.document_key = %(number)s OR d.invoice_no = %(number)s OR d.etax_invoice_no = %(number)s)
        AND (%(organisations)s::text[] IS NULL OR coalesce(d.org_code, t.org_code) = ANY (%(organisations)s)));

-- name: holders
-- Who holds an invoice of that number: company, direction, and the 核算组织 of the invoice, else of its company.
SELECT d.direction, d.taxpayer_no, d.document_key, coalesce(d.org_code, t.org_code) AS org_code
FROM pool.document AS d
LEFT JOIN enterprise.taxpayer AS t USING (taxpayer_no)
WHERE (d.document_key = %(number)s OR d.invoice_no = %(number)s OR d.etax_invoice_no = %(number)s)
    AND d.document = 'invoice'
    AND (%(taxpayer)s::text IS NULL OR d.taxpayer_no = %(taxpayer)s::text)
    AND (%(direction)s::text IS NULL OR d.direction = %(direction)s::text)
ORDER BY d.taxpayer_no, d.direction, d.document_key;
