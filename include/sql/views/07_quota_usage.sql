-- 申请次数: what is used of each quota.

CREATE OR REPLACE VIEW fapiao.quota_usage AS
WITH used AS (
    SELECT s.taxpayer_no, s.channel, s.counter, s.direction, s.invoice_type, s.issue_month, today.day AS today,
        count(*) FILTER (WHERE s.day = today.day)::integer AS used_today,
        count(*) FILTER (WHERE date_trunc('month', s.day) = date_trunc('month', today.day))::integer AS used_this_month,
        count(*) FILTER (WHERE s.state = 'reserved')::integer AS reserved,
        count(*) FILTER (WHERE s.state = 'unknown')::integer AS unknown,
        count(*) FILTER (WHERE s.state = 'foreign')::integer AS used_elsewhere,
        max(s.day) AS last_used_on
    FROM sync.quota_slot AS s
    CROSS JOIN sync.business_day AS today
    WHERE s.state <> 'released' AND s.counter = 'full'
    GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT u.taxpayer_no, u.channel, u.direction, u.invoice_type, u.issue_month, u.used_today, u.used_this_month,
    l.daily AS daily_limit,
    CASE WHEN u.issue_month < date_trunc('month', u.today) THEN l.past_month ELSE l.current_month END AS monthly_limit,
    u.reserved, u.unknown, u.used_elsewhere, u.last_used_on, u.today
FROM used AS u
LEFT JOIN sync.quota_limit AS l USING (channel, counter);
COMMENT ON VIEW fapiao.quota_usage IS
    '申请次数: today is the day of the newest run, so a rehearsal reads as a real day does.';
