-- 下载结束日期: a scheme asks for documents issued from its start date to its end date, or for ever (A-52).

ALTER TABLE enterprise.scheme
    ADD COLUMN end_date date,
    ADD CONSTRAINT scheme_days_are_ordered CHECK (start_date <= end_date);

-- The increment has no quota of ours any more (A-43): who works on or retries a row of it looks for none.
UPDATE sync.task SET counter = NULL WHERE counter = 'incremental';
