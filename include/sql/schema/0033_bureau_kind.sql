-- Which kind of bureau fills this pool, so that a rehearsal and the real bureau never share one (A-54, ADR 0049).

CREATE TABLE sync.bureau (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    kind text NOT NULL CHECK (kind IN ('real', 'rehearsal')),
    evidence text NOT NULL,
    binding boolean NOT NULL DEFAULT false,
    decided_by text NOT NULL DEFAULT sync.actor(),
    decided_at timestamptz NOT NULL DEFAULT sync.now()
);

CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON sync.bureau
    FOR EACH STATEMENT EXECUTE FUNCTION sync.refuse_rewriting();

-- A pool in which somebody rehearsed with the sample companies before this migration says so itself.
INSERT INTO sync.bureau (kind, evidence, binding)
SELECT 'rehearsal', 'the sample company ' || min(taxpayer_no), true
FROM enterprise.taxpayer
WHERE taxpayer_no LIKE '91310000MA2000001_' AND name LIKE '示例%'
HAVING count(*) > 0;
