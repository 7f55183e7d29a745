-- 登录请求.

CREATE OR REPLACE VIEW fapiao.login_request AS
SELECT r.channel, r.account, r.city_code, r.url, r.reason, r.asked_at, r.next_check, r.answered_at, r.answered_by,
    tasks.waiting AS waiting_tasks,
    ARRAY(
        SELECT DISTINCT unnest(tasks.taxpayers || selections.taxpayers || verifications.taxpayers) ORDER BY 1
    ) AS taxpayers,
    selections.waiting AS waiting_selections, verifications.waiting AS waiting_verifications
FROM sync.login_request AS r
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS waiting, coalesce(array_agg(k.taxpayer_no), '{}') AS taxpayers
    FROM sync.task AS k WHERE k.login_request_id = r.login_request_id AND k.void_state IS NULL
) AS tasks
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS waiting, coalesce(array_agg(s.taxpayer_no), '{}') AS taxpayers
    FROM sync.selection AS s WHERE s.login_request_id = r.login_request_id
) AS selections
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS waiting, coalesce(array_agg(v.taxpayer_no), '{}') AS taxpayers
    FROM sync.verification AS v WHERE v.login_request_id = r.login_request_id
) AS verifications;
COMMENT ON VIEW fapiao.login_request IS
    'Who must log in, where, since when, and how much waits for it.';
