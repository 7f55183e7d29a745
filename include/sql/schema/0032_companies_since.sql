-- Since when a company is downloaded for over its channel: ticks of the calendar from before that are left out (A-53, ADR 0049).

ALTER TABLE enterprise.taxpayer
    ADD COLUMN collected_over text,
    ADD COLUMN collected_since timestamptz NOT NULL DEFAULT sync.now();

-- Those of before this migration count from the pool's beginning on.
UPDATE enterprise.taxpayer AS t
SET collected_over = e.download_channel, collected_since = (SELECT min(applied_at) FROM public.fapiao_migration)
FROM enterprise.effective_channel AS e
WHERE e.taxpayer_no = t.taxpayer_no;
