-- name: rows
-- 海关缴款书不抵扣勾选: the documents of the filter, newest first; what was never selected is 未勾选, never used 未用.
SELECT i.taxpayer_no, t.name AS taxpayer_name, i.document_key AS customs_no, i.first_collected_at AS collected_at,
    coalesce(i.issue_date, '0001-01-01') AS listed_under, i.issue_date, i.tax_amount AS face_tax_amount,
    i.effective_tax_amount, coalesce(u.selection_status, i.selection_status, '0') AS selection_state,
    i.not_deductible_type AS selection_reason, i.not_deductible_reason AS selection_reason_text,
    i.tax_period AS deduction_period, i.deductible, i.deduction_purpose, i.org_code, o.org_name, i.tax_org_code,
    coalesce(i.use_state, '1') AS use_state, i.entry_at, i.entry_tax_amount, i.transfer_out_amount,
    i.transfer_out_reason, i.voucher_no
FROM fapiao.invoice AS i
LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = i.taxpayer_no
LEFT JOIN enterprise.organisation AS o ON o.org_code = i.org_code
LEFT JOIN fapiao.selection_under_way AS u ON (u.taxpayer_no, u.document_key) = (i.taxpayer_no, i.document_key)
WHERE i.document = 'customs' AND i.direction = 'input'
    AND (%(deductible)s::boolean IS NULL OR i.deductible = %(deductible)s)
    AND (%(purposes)s::text[] IS NULL OR i.deduction_purpose = ANY (%(purposes)s)
        OR i.deduction_purpose IS NULL AND '0' = ANY (%(purposes)s))
    AND (%(allowed)s::text[] IS NULL OR i.org_code = ANY (%(allowed)s))
    AND (%(organisations)s::text[] IS NULL OR i.org_code = ANY (%(organisations)s))
    AND (%(tax_organisations)s::text[] IS NULL OR i.tax_org_code = ANY (%(tax_organisations)s))
    AND (%(taxpayers)s::text[] IS NULL OR i.taxpayer_no = ANY (%(taxpayers)s))
    AND (%(document_keys)s::text[] IS NULL OR i.document_key = ANY (%(document_keys)s))
    AND (%(selection_states)s::text[] IS NULL OR
        coalesce(u.selection_status, i.selection_status, '0') = ANY (%(selection_states)s))
    AND (%(use_states)s::text[] IS NULL OR i.use_state = ANY (%(use_states)s)
        OR i.use_state IS NULL AND '1' = ANY (%(use_states)s))
    AND (%(reasons)s::text[] IS NULL OR i.not_deductible_type = ANY (%(reasons)s))
    AND (%(tax_periods)s::text[] IS NULL OR i.tax_period = ANY (%(tax_periods)s))
    AND (%(issued_from)s::date IS NULL OR i.issue_date >= %(issued_from)s)
    AND (%(issued_to)s::date IS NULL OR i.issue_date <= %(issued_to)s)
    AND (%(amount_from)s::numeric IS NULL OR i.tax_amount >= %(amount_from)s)
    AND (%(amount_to)s::numeric IS NULL OR i.tax_amount <= %(amount_to)s)
ORDER BY coalesce(i.issue_date, '0001-01-01') DESC, i.taxpayer_no DESC, i.document_key DESC;

-- name: newest
-- A page of the list in the order of its rows, from behind a row on; sorting again would fetch all of them.
SELECT *
FROM ({rows}) AS listed
WHERE %(after_day)s::date IS NULL
    OR (listed_under, taxpayer_no, customs_no) < (%(after_day)s, %(after_taxpayer)s, %(after_key)s)
LIMIT %(limit)s;

-- name: oldest
-- A page of the list, oldest first, from behind a row on.
SELECT *
FROM ({rows}) AS listed
WHERE %(after_day)s::date IS NULL
    OR (listed_under, taxpayer_no, customs_no) > (%(after_day)s, %(after_taxpayer)s, %(after_key)s)
ORDER BY listed_under, taxpayer_no, customs_no
LIMIT %(limit)s;

-- name: totals
-- How many documents the filter has, and their 税款金额 in yuan.
SELECT count(*) AS documents, coalesce(sum(face_tax_amount), 0) AS tax_sum FROM ({rows}) AS listed;

-- name: owners
-- Whose these numbers are in the pool, whatever kind of paper they name: a 数电票 among 缴款书 is refused by its type.
SELECT d.document_key, d.taxpayer_no, d.org_code
FROM fapiao.invoice AS d
WHERE d.direction = 'input' AND d.document_key = ANY (%(document_keys)s)
    AND (%(taxpayers)s::text[] IS NULL OR d.taxpayer_no = ANY (%(taxpayers)s))
ORDER BY d.document_key, d.taxpayer_no;
