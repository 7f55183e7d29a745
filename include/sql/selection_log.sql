-- name: log
-- 税局用票操作日志: the requests of the filter, newest first.
SELECT *
FROM fapiao.selection_log
WHERE (%(batches)s::text[] IS NULL OR batch_no = ANY (%(batches)s) OR parent_batch_no = ANY (%(batches)s))
    AND (%(taxpayer)s::text IS NULL OR taxpayer_no = %(taxpayer)s)
    AND (%(status)s::text IS NULL OR %(status)s IN (status, status_label))
    AND (%(allowed)s::text[] IS NULL OR (
        SELECT sync.organisations_of_selection(s.selection_id) FROM sync.selection AS s
        WHERE s.batch_no = selection_log.batch_no) && %(allowed)s)
    AND (%(document_key)s::text IS NULL OR batch_no IN (
        SELECT batch_no FROM fapiao.selection_ledger WHERE document_key = %(document_key)s))
ORDER BY created_at DESC, batch_no DESC
LIMIT %(limit)s;

-- name: ledger
-- 税局用票台账: every document of the requests of the filter, before and after, newest first.
SELECT l.*
FROM fapiao.selection_ledger AS l
JOIN sync.selection AS s USING (selection_id)
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = l.taxpayer_no
LEFT JOIN pool.document AS d
    ON d.direction = 'input' AND d.taxpayer_no = l.taxpayer_no AND d.document_key = l.document_key
WHERE (%(batches)s::text[] IS NULL OR l.batch_no = ANY (%(batches)s) OR l.parent_batch_no = ANY (%(batches)s))
    AND (%(taxpayer)s::text IS NULL OR l.taxpayer_no = %(taxpayer)s)
    AND (%(status)s::text IS NULL OR %(status)s IN (l.task_status, l.task_status_label))
    AND (%(allowed)s::text[] IS NULL OR coalesce(d.org_code, t.org_code, s.org_code) = ANY (%(allowed)s))
    AND (%(document_key)s::text IS NULL OR l.document_key = %(document_key)s)
ORDER BY l.created_at DESC, l.batch_no DESC, l.document_key
LIMIT %(limit)s;
