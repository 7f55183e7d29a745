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
SELECT %(channel)s, account, city_code, %(taxpayer_no)s, %(url)s, %(reason)s, now() + %(wait)s
FROM whose
ON CONFLICT (channel, account, city_code) WHERE answered_at IS NULL
    DO UPDATE SET url = coalesce(excluded.url, r.url)
RETURNING r.login_request_id, r.account, r.city_code, r.url;

-- name: wait
-- The row waits for the login: it is nobody's, due for nobody, and keeps its attempts.
UPDATE sync.task
SET login_request_id = %(login_request_id)s, not_before = 'infinity', not_before_day = NULL, lease_until = NULL,
    error_code = %(code)s, error_message = %(message)s, advice = %(advice)s
WHERE task_id = %(task_id)s;

-- name: due
-- The requests whose state may be asked again now, each for one worker: the next check moves on before the call.
UPDATE sync.login_request SET next_check = now() + %(lease)s
WHERE channel = %(channel)s AND answered_at IS NULL AND (next_check <= now() OR %(at_once)s)
RETURNING login_request_id, taxpayer_no;

-- name: still_out
-- Nobody has logged in yet: asked again later.
UPDATE sync.login_request SET next_check = now() + %(wait)s, url = coalesce(%(url)s, url)
WHERE login_request_id = %(login_request_id)s;

-- name: answered
-- The account is logged in: every row that waited for it is due, downloads and selections alike; how many there were.
WITH closed AS (
    UPDATE sync.login_request SET answered_at = now(), answered_by = sync.actor()
    WHERE login_request_id = %(login_request_id)s AND answered_at IS NULL
    RETURNING login_request_id
),
selections AS (
    UPDATE sync.selection AS s
    SET login_request_id = NULL, not_before = now(), error_code = NULL, error_message = NULL, advice = NULL
    FROM closed
    WHERE s.login_request_id = closed.login_request_id AND s.status IN ('unprocessed', 'processing')
    RETURNING s.selection_id
),
tasks AS (
    UPDATE sync.task AS k
    SET login_request_id = NULL, not_before = now(), error_code = NULL, error_message = NULL, advice = NULL
    FROM closed
    WHERE k.login_request_id = closed.login_request_id
    RETURNING k.task_id
)
SELECT (SELECT count(*) FROM selections)::integer + (SELECT count(*) FROM tasks)::integer;

-- name: open_request
-- The open request for an account and city, if anybody waits for one.
SELECT login_request_id FROM sync.login_request
WHERE channel = %(channel)s AND account = %(account)s AND city_code = %(city_code)s AND answered_at IS NULL;

-- name: next_check
-- In how many seconds the earliest open request that rows wait for is asked again; null where there is none.
SELECT extract(epoch FROM min(r.next_check) - now())::float8
FROM sync.login_request AS r
WHERE r.channel = %(channel)s AND r.answered_at IS NULL AND EXISTS (
    SELECT FROM sync.task AS k
    WHERE k.login_request_id = r.login_request_id AND (%(dag_id)s::text IS NULL OR k.dag_id = %(dag_id)s));
