-- name: ask
-- The open request for the taxpayer's account and city, made where there is none yet.
WITH whose AS (
    SELECT coalesce(%(account)s, a.account, '') AS account, coalesce(t.bureau_city_code, t.bureau_city, '') AS city_code
    FROM enterprise.taxpayer AS t
    LEFT JOIN enterprise.account AS a
        ON a.taxpayer_no = t.taxpayer_no AND a.is_default AND a.account_type IN ('receive', 'both')
    WHERE t.taxpayer_no = %(taxpayer_no)s
)
INSERT INTO sync.login_request AS r (channel, account, city_code, taxpayer_no, url, reason, next_check)
SELECT %(channel)s, account, city_code, %(taxpayer_no)s, %(url)s, %(reason)s, sync.now() + %(wait)s
FROM whose
ON CONFLICT (channel, account, city_code) WHERE answered_at IS NULL
    DO UPDATE SET url = coalesce(excluded.url, r.url)
RETURNING r.login_request_id, r.account, r.city_code, r.url;

-- name: due
-- The requests whose state may be asked again now, each for one worker: the next check moves on before the call.
UPDATE sync.login_request SET next_check = sync.now() + %(lease)s
WHERE channel = %(channel)s AND answered_at IS NULL AND (next_check <= sync.now() OR %(at_once)s)
RETURNING login_request_id, taxpayer_no;

-- name: still_out
-- Nobody has logged in yet: asked again later.
UPDATE sync.login_request SET next_check = sync.now() + %(wait)s, url = coalesce(%(url)s, url)
WHERE login_request_id = %(login_request_id)s;

-- name: answered
-- The account is logged in. Who waits is set going by a statement of its own: this one may have waited for the lock of
-- a worker that puts a row behind the request, and does not see that row.
UPDATE sync.login_request SET answered_at = sync.now(), answered_by = sync.actor()
WHERE login_request_id = %(login_request_id)s AND answered_at IS NULL;

-- name: go_on
-- Every row behind an answered request is due, whatever its queue; how many there were. A row in the hands
-- of a worker goes on at the next look, so that nobody waits here and no two wait for each other.
WITH tasks AS (
    UPDATE sync.task AS k
    SET login_request_id = NULL, not_before = sync.now(), error_code = NULL, error_message = NULL, advice = NULL
    FROM (
        SELECT w.task_id
        FROM sync.task AS w
        JOIN sync.login_request AS r ON r.login_request_id = w.login_request_id AND r.answered_at IS NOT NULL
        WHERE w.login_request_id IS NOT NULL AND w.finished_at IS NULL AND w.void_state IS NULL
        FOR UPDATE OF w SKIP LOCKED
    ) AS waiting
    WHERE k.task_id = waiting.task_id
    RETURNING k.task_id
),
selections AS (
    UPDATE sync.selection AS s
    SET login_request_id = NULL, not_before = sync.now(), error_code = NULL, error_message = NULL, advice = NULL
    FROM (
        SELECT w.selection_id
        FROM sync.selection AS w
        JOIN sync.login_request AS r ON r.login_request_id = w.login_request_id AND r.answered_at IS NOT NULL
        WHERE w.login_request_id IS NOT NULL AND w.status IN ('unprocessed', 'processing')
        FOR UPDATE OF w SKIP LOCKED
    ) AS waiting
    WHERE s.selection_id = waiting.selection_id
    RETURNING s.selection_id
),
verifications AS (
    UPDATE sync.verification AS v
    SET login_request_id = NULL, not_before = sync.now(), result_code = CASE WHEN v.state = 'limit' THEN v.result_code END,
        result_text = CASE WHEN v.state = 'limit' THEN v.result_text END, advice = NULL
    FROM (
        SELECT w.verification_id
        FROM sync.verification AS w
        JOIN sync.login_request AS r ON r.login_request_id = w.login_request_id AND r.answered_at IS NOT NULL
        WHERE w.login_request_id IS NOT NULL AND w.state IN ('waiting', 'limit')
        FOR UPDATE OF w SKIP LOCKED
    ) AS waiting
    WHERE v.verification_id = waiting.verification_id
    RETURNING v.verification_id
)
SELECT (SELECT count(*) FROM selections)::integer + (SELECT count(*) FROM tasks)::integer
    + (SELECT count(*) FROM verifications)::integer;

-- name: open_request
-- The open request for an account and city, if anybody waits for one.
SELECT login_request_id FROM sync.login_request
WHERE channel = %(channel)s AND account = %(account)s AND city_code = %(city_code)s AND answered_at IS NULL;
