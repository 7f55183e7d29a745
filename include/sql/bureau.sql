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
