-- name: void
-- What a job left open of earlier months ends when the full download of its month is planned (R084, A-24).
UPDATE sync.task AS k
SET void_state = 'voided', voided_by = sync.actor(), voided_at = sync.now(), void_reason = %(reason)s, lease_until = NULL,
    login_request_id = NULL
FROM jsonb_to_recordset(%(occurrences)s) AS o (scheme_ids bigint[], voids text, direction text, document text)
JOIN enterprise.scheme_taxpayer AS st ON st.scheme_id = ANY (o.scheme_ids)
WHERE k.channel = %(channel)s AND k.job = o.voids AND k.direction = o.direction AND k.document = o.document
    AND k.taxpayer_no = st.taxpayer_no AND k.parent_task_id IS NULL
    AND k.status IN ('pending', 'downloading') AND k.void_state IS NULL
    AND k.window_start < date_trunc('month', %(day)s::date)
    AND (%(taxpayers)s::text[] IS NULL OR k.taxpayer_no = ANY (%(taxpayers)s::text[]));
