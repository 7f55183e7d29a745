-- The clock of every statement here, in two readings; `fapiao.now` of a session stands in for both, so that a test can turn it.
--
-- Machine, schemas and tables are explained at the head of docs/schema.sql.

CREATE OR REPLACE FUNCTION sync.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('fapiao.now', true), '')::timestamptz, now());
COMMENT ON FUNCTION sync.now() IS
    'When the transaction began: what is due, leases, waits, and the instants of rows that come or move together.';

CREATE OR REPLACE FUNCTION sync.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('fapiao.now', true), '')::timestamptz, clock_timestamp());
COMMENT ON FUNCTION sync.clock_timestamp() IS
    'This very moment, behind whatever lock was waited for: events, changes of the pool, batch numbers.';
