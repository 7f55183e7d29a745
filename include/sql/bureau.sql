-- name: held
-- Which kind of bureau fills this pool, by whose word and since when.
SELECT kind, evidence, binding, decided_by, to_char(decided_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI')
FROM sync.bureau;

-- name: decide
-- The kind of this pool; an earlier word gives way as long as nothing came of it: no number of a bureau, no slot, no upload.
-- Of two that say the same at once the binding word stays.
INSERT INTO sync.bureau AS b (kind, evidence, binding)
VALUES (%(kind)s, %(evidence)s, %(binding)s)
ON CONFLICT (only_row) DO UPDATE
SET kind = excluded.kind, evidence = excluded.evidence, binding = excluded.binding, decided_by = sync.actor(),
    decided_at = sync.now()
WHERE CASE WHEN b.kind = excluded.kind THEN excluded.binding AND NOT b.binding ELSE NOT (
    b.binding
    OR EXISTS (SELECT FROM sync.quota_slot)
    OR EXISTS (SELECT FROM sync.task WHERE request_no NOT LIKE 'file-%%')
    OR EXISTS (SELECT FROM sync.selection WHERE sent_at IS NOT NULL)
    OR EXISTS (SELECT FROM sync.verification_call)) END;

-- name: ask_anew
-- A simulator knows no application that an earlier one took: in a pool of rehearsals these rows apply once more, and what they
-- had spent there is given back.
WITH waiting AS (
    SELECT task_id FROM sync.task
    WHERE status = 'downloading' AND void_state IS NULL AND job <> 'bureau_file'
        AND EXISTS (SELECT FROM sync.bureau WHERE kind = 'rehearsal')
    FOR UPDATE
),
given_back AS (
    UPDATE sync.quota_slot AS s SET state = 'released', settled_at = coalesce(s.settled_at, sync.now())
    FROM waiting AS w WHERE s.task_id = w.task_id AND s.state <> 'released'
)
UPDATE sync.task AS k
SET status = 'pending', request_no = NULL, applied_at = NULL, observed_at = NULL, generation = k.generation + 1, attempts = 0,
    polls = 0, claim_no = k.claim_no + 1, lease_until = NULL, broke_workers = 0, waits = 0, waiting_since = NULL,
    not_before = NULL, not_before_day = NULL, login_request_id = NULL, error_code = NULL, error_message = NULL, advice = NULL
FROM waiting AS w WHERE k.task_id = w.task_id;
