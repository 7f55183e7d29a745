-- Waiting for a login: which account a person must log in, and the rows that wait for it without costing an attempt.

CREATE TABLE sync.login_request (
    login_request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL,
    account text NOT NULL,
    city_code text NOT NULL,
    taxpayer_no text NOT NULL,  -- through whom the state is asked: one login serves every tax number of account and city
    url text,
    reason text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    next_check timestamptz NOT NULL,
    answered_at timestamptz,
    answered_by text,
    CONSTRAINT answered_is_whole CHECK (num_nonnulls(answered_at, answered_by) IN (0, 2))
);

-- An account and city are asked for once, however many rows wait.
CREATE UNIQUE INDEX login_request_open ON sync.login_request (channel, account, city_code) WHERE answered_at IS NULL;

ALTER TABLE sync.task
    ADD COLUMN login_request_id bigint REFERENCES sync.login_request,
    ADD COLUMN polls integer NOT NULL DEFAULT 0 CHECK (polls >= 0);

CREATE INDEX task_waiting_for_login ON sync.task (login_request_id) WHERE login_request_id IS NOT NULL;

-- 登录请求: who must log in, where, since when, and how much waits for it.
CREATE VIEW fapiao.login_request AS
SELECT r.channel, r.account, r.city_code, r.url, r.reason, r.asked_at, r.next_check, r.answered_at, r.answered_by,
    count(k.task_id)::integer AS waiting_tasks, coalesce(array_agg(DISTINCT k.taxpayer_no ORDER BY k.taxpayer_no)
        FILTER (WHERE k.task_id IS NOT NULL), '{}') AS taxpayers
FROM sync.login_request AS r
LEFT JOIN sync.task AS k USING (login_request_id)
GROUP BY r.login_request_id;
