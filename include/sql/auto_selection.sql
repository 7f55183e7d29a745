-- name: replace
-- Makes the rules what a file says; one that stays as it is keeps who wrote it and when.
MERGE INTO enterprise.auto_selection_rule AS a
USING jsonb_to_recordset(%(rules)s) AS r (
    name text, priority integer, enabled boolean, action text, organisations text[], invoice_types text[],
    reasons text[], amount_from numeric, amount_to numeric, issued_from date, issued_to date, reason text,
    reason_text text)
ON a.name = r.name
WHEN MATCHED AND (
        a.priority, a.enabled, a.action, a.organisations, a.invoice_types, a.reasons, a.amount_from, a.amount_to,
        a.issued_from, a.issued_to, a.reason, a.reason_text
    ) IS DISTINCT FROM (
        r.priority, r.enabled, r.action, r.organisations, r.invoice_types, r.reasons, r.amount_from, r.amount_to,
        r.issued_from, r.issued_to, r.reason, r.reason_text
    ) THEN UPDATE SET priority = r.priority, enabled = r.enabled, action = r.action, organisations = r.organisations,
        invoice_types = r.invoice_types, reasons = r.reasons, amount_from = r.amount_from, amount_to = r.amount_to,
        issued_from = r.issued_from, issued_to = r.issued_to, reason = r.reason, reason_text = r.reason_text,
        changed_by = %(actor)s, changed_at = sync.now()
WHEN NOT MATCHED THEN INSERT (
        name, priority, enabled, action, organisations, invoice_types, reasons, amount_from, amount_to, issued_from,
        issued_to, reason, reason_text, changed_by)
    VALUES (
        r.name, r.priority, r.enabled, r.action, r.organisations, r.invoice_types, r.reasons, r.amount_from, r.amount_to,
        r.issued_from, r.issued_to, r.reason, r.reason_text, %(actor)s)
WHEN NOT MATCHED BY SOURCE THEN DELETE
RETURNING merge_action();

-- name: list
-- Every rule, in the order in which they are asked.
SELECT name, priority, enabled, action, organisations, invoice_types, reasons, amount_from, amount_to, issued_from,
    issued_to, reason, reason_text, changed_by, changed_at
FROM enterprise.auto_selection_rule
ORDER BY priority, name;

-- name: matches
-- Which document goes to which rule: of the default list (R173) what is 未勾选 or 预勾选, without risk, issued by the day.
SELECT rule, action, taxpayer_no, document_key, issue_date, tax_amount, reason, reason_text
FROM (
    SELECT DISTINCT ON (i.taxpayer_no, i.document_key)
        r.priority, r.name AS rule, r.action, i.taxpayer_no, i.document_key, i.issue_date, i.tax_amount,
        coalesce(i.selection_status, '0') AS selection_state, coalesce(i.not_deductible_type, r.reason) AS reason,
        CASE WHEN i.not_deductible_type IS NULL THEN r.reason_text ELSE i.not_deductible_reason END AS reason_text
    FROM enterprise.auto_selection_rule AS r
    JOIN fapiao.invoice AS i
        ON i.invoice_type = ANY (r.invoice_types)
        AND (r.organisations = '{}' OR i.org_code = ANY (r.organisations))
        AND (r.reasons = '{}' OR i.not_deductible_type = ANY (r.reasons))
        AND (r.amount_from IS NULL OR i.tax_amount >= r.amount_from)
        AND (r.amount_to IS NULL OR i.tax_amount <= r.amount_to)
        AND (r.issued_from IS NULL OR i.issue_date >= r.issued_from)
        AND (r.issued_to IS NULL OR i.issue_date <= r.issued_to)
    WHERE (r.enabled OR r.name = ANY (%(tried)s)) AND i.direction = 'input' AND i.document = 'customs' AND i.deductible
        AND coalesce(i.deduction_purpose, '0') IN ('0', '2') AND coalesce(i.selection_status, '0') IN ('0', '4')
        AND NOT EXISTS (
            SELECT FROM fapiao.selection_under_way AS u
            WHERE (u.taxpayer_no, u.document_key) = (i.taxpayer_no, i.document_key))
        AND (%(organisations)s::text[] IS NULL OR i.org_code = ANY (%(organisations)s))
        AND coalesce(i.risk_status, '01') = '01' AND i.issue_date <= %(day)s
        AND pool.selection_kind(i.document, i.invoice_type, i.document_key) = 'customs'
    ORDER BY i.taxpayer_no, i.document_key, r.priority, r.name
) AS first_rule
WHERE CASE action WHEN 'preselect' THEN selection_state = '0' ELSE reason IS NOT NULL END
ORDER BY priority, rule, taxpayer_no, issue_date, document_key;
