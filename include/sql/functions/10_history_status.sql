-- 执行状态 of 历史发票数据同步.

CREATE OR REPLACE FUNCTION fapiao.history_status(phases text[], started boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN 'preparing' = ANY (phases) THEN 'preprocessing'
        WHEN 'running' = ANY (phases) OR ('waiting' = ANY (phases) AND started) THEN 'running'
        WHEN 'waiting' = ANY (phases) THEN 'waiting'
        WHEN phases <@ '{succeeded}' THEN 'succeeded'
        WHEN phases <@ '{failed}' THEN 'failed'
        ELSE 'partial'
    END
$$;
COMMENT ON FUNCTION fapiao.history_status IS
    '执行状态 out of how the rows stand (A-41): 没有数据 is a success, a terminated row is not one; nothing is stored '
    'that can be counted.';
