-- name: settings
-- A session speaks the time of Shanghai, and its events carry who acts in it.
SELECT set_config('timezone', 'Asia/Shanghai', false), set_config('fapiao.actor', %(actor)s, false);

-- name: zone
-- What is read as text is read in the time of Shanghai, whoever opened the session.
SELECT set_config('timezone', 'Asia/Shanghai', false);

-- name: actor
-- Who acts in this transaction.
SELECT set_config('fapiao.actor', %(actor)s, true);

-- name: reason
-- Why rows change in this transaction.
SELECT set_config('fapiao.reason', %(reason)s, true);
