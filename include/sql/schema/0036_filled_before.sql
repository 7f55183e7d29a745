-- A pool that a bureau filled before 0033 asked which kind it was: but for the sample companies that is the real one (A-54).

INSERT INTO sync.bureau (kind, evidence)
SELECT 'real', 'what it held before it knew its bureau'
WHERE NOT EXISTS (SELECT FROM sync.bureau)
    AND (
        EXISTS (SELECT FROM sync.quota_slot)
        OR EXISTS (SELECT FROM sync.task WHERE request_no NOT LIKE 'file-%')
        OR EXISTS (SELECT FROM sync.selection WHERE sent_at IS NOT NULL)
        OR EXISTS (SELECT FROM sync.verification_call)
    );
