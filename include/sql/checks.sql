-- name: fail_changes_say_what_changed
-- A change row of this task differs before and after, and never moves what is written once.
SELECT document_key FROM pool.change
WHERE batch_no = %(batch_no)s
    AND (old_value IS NOT DISTINCT FROM new_value OR column_name IN ('document', 'first_collected_at'))
LIMIT 5;

-- name: fail_changed_lines_are_those_that_came
-- A document whose lines changed has exactly the lines that came with it.
WITH changed AS MATERIALIZED (
    SELECT document_key FROM staged_touched WHERE action = 'UPDATE' AND lines_changed
), came AS (
    SELECT l.document_key, count(*) AS lines
    FROM staged_lines AS l JOIN changed AS c ON c.document_key = l.document_key
    GROUP BY l.document_key
), stored AS (
    SELECT c.document_key, l.lines
    FROM changed AS c CROSS JOIN LATERAL (
        SELECT count(*) AS lines FROM pool.line AS l
        WHERE l.direction = %(direction)s AND l.taxpayer_no = %(taxpayer_no)s AND l.document_key = c.document_key) AS l
    WHERE l.lines > 0
)
SELECT coalesce(came.document_key, stored.document_key) AS document_key
FROM came FULL JOIN stored ON stored.document_key = came.document_key
WHERE came.lines IS DISTINCT FROM stored.lines
LIMIT 5;

-- name: warn_amount_and_tax_make_the_total
-- 金额 + 税额 = 价税合计, where all three are known.
SELECT document_key FROM staged_touched WHERE NOT adds_up LIMIT 5;

-- name: warn_owner_is_the_party_of_the_direction
-- 进项: the owner is the buyer; 销项: the owner is the seller (R063).
SELECT document_key FROM staged_touched WHERE NOT owner_is_party LIMIT 5;

-- name: fail_every_row_of_the_replies_is_counted
-- A download counts as many rows as its kept replies carry: none vanishes, none is made up.
SELECT r.rows || ' rows in the replies, ' || %(downloaded)s || ' counted'
FROM sync.task AS k
CROSS JOIN LATERAL (
    SELECT sum(r.row_count) AS rows FROM sync.reply AS r
    WHERE r.task_id = k.task_id AND r.generation = k.generation) AS r
WHERE k.batch_no = %(batch_no)s AND k.job <> 'bureau_file' AND r.rows <> %(downloaded)s;

-- name: fail_every_row_left_out_has_its_reason
-- What a download counts as ignored or failed is kept with the reason, row by row.
SELECT r.ignored || ' ignored and ' || r.failed || ' failed rows with a reason, ' || %(ignored)s || ' and ' || %(failed)s || ' counted'
FROM sync.task AS k
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE r.fate = 'ignored') AS ignored, count(*) FILTER (WHERE r.fate = 'failed') AS failed
    FROM pool.rejected_row AS r
    WHERE r.batch_no = k.batch_no AND r.generation = k.generation) AS r
WHERE k.batch_no = %(batch_no)s AND k.job <> 'bureau_file' AND (r.ignored, r.failed) <> (%(ignored)s, %(failed)s);
