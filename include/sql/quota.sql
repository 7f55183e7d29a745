-- name: lock_key
-- One reservation at a time for a key; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('/',
    %(taxpayer_no)s::text, %(channel)s::text, %(counter)s::text, %(direction)s::text, %(invoice_type)s::text,
    %(issue_month)s::date), 0));

-- name: used
-- How often the key was used on the day and in the day's month, by our own ledger.
SELECT count(*) FILTER (WHERE day = %(day)s)::integer AS used_today, count(*)::integer AS used_this_month
FROM sync.quota_slot
WHERE taxpayer_no = %(taxpayer_no)s AND channel = %(channel)s AND counter = %(counter)s
    AND direction = %(direction)s AND invoice_type = %(invoice_type)s AND issue_month = %(issue_month)s
    AND date_trunc('month', day) = date_trunc('month', %(day)s::date) AND state <> 'released';

-- name: reserve
-- A slot for one application, before the call.
INSERT INTO sync.quota_slot (
    taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day, state, task_id)
VALUES (
    %(taxpayer_no)s, %(channel)s, %(counter)s, %(direction)s, %(document)s, %(invoice_type)s, %(issue_month)s,
    %(day)s, 'reserved', %(task_id)s);

-- name: settle
-- The fate of the task's open reservation, if it has one.
UPDATE sync.quota_slot SET state = %(state)s, settled_at = sync.now()
WHERE task_id = %(task_id)s AND state = 'reserved'
RETURNING slot_id;

-- name: note_foreign
-- The bureau says the key is used up: what our ledger lacks to its limit was spent by somebody else.
INSERT INTO sync.quota_slot (
    taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day, state, settled_at)
SELECT %(taxpayer_no)s, %(channel)s, %(counter)s, %(direction)s, %(document)s, %(invoice_type)s, %(issue_month)s,
    %(day)s, 'foreign', sync.now()
FROM generate_series(1, %(missing)s);
