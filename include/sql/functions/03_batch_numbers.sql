-- Batch numbers (批次号), which begin with their instant and never clash (A-39).

CREATE OR REPLACE FUNCTION sync.digit(serial bigint, place integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
        ((serial * 1500450271 + 907693) % 2176782336 / place % 36)::integer + 1, 1)
$$;
COMMENT ON FUNCTION sync.digit IS
    'One of the six characters of a batch number; they scramble a serial number, so two never clash (A-39).';

CREATE OR REPLACE FUNCTION sync.new_batch_no(serial bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT to_char(sync.clock_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISSMS')
        || sync.digit(serial, 1) || sync.digit(serial, 36) || sync.digit(serial, 1296) || sync.digit(serial, 46656)
        || sync.digit(serial, 1679616) || sync.digit(serial, 60466176)
$$;
COMMENT ON FUNCTION sync.new_batch_no IS
    '批次号: yyyyMMddHHmmssSSS in Asia/Shanghai and six characters.';
