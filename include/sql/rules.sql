-- name: labels
-- The labels of every code, as include/rules has them now.
MERGE INTO sync.code_label AS l
USING jsonb_to_recordset(%(labels)s) AS r (kind text, code text, label text) ON l.kind = r.kind AND l.code = r.code
WHEN MATCHED AND l.label <> r.label THEN UPDATE SET label = r.label
WHEN NOT MATCHED THEN INSERT (kind, code, label) VALUES (r.kind, r.code, r.label)
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- name: quotas
-- The limits of every counter, as include/rules has them now.
MERGE INTO sync.quota_limit AS q
USING jsonb_to_recordset(%(quotas)s) AS r (
    channel text, counter text, daily integer, current_month integer, past_month integer)
ON q.channel = r.channel AND q.counter = r.counter
WHEN MATCHED AND (q.daily, q.current_month, q.past_month) IS DISTINCT FROM (r.daily, r.current_month, r.past_month)
    THEN UPDATE SET daily = r.daily, current_month = r.current_month, past_month = r.past_month
WHEN NOT MATCHED THEN INSERT (channel, counter, daily, current_month, past_month)
    VALUES (r.channel, r.counter, r.daily, r.current_month, r.past_month)
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- name: modules
-- The module of every job, as include/rules has them now.
MERGE INTO sync.module AS m
USING jsonb_to_recordset(%(modules)s) AS r (job text, code text, name text) ON m.job = r.job
WHEN MATCHED AND (m.code, m.name) IS DISTINCT FROM (r.code, r.name) THEN UPDATE SET code = r.code, name = r.name
WHEN NOT MATCHED THEN INSERT (job, code, name) VALUES (r.job, r.code, r.name)
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- name: types
-- What every type says of its documents, as include/rules has it now.
MERGE INTO sync.type_rule AS t
USING jsonb_to_recordset(%(types)s) AS r (type text, deductible boolean, tax_org_of_buyer boolean) ON t.type = r.type
WHEN MATCHED AND (t.deductible, t.tax_org_of_buyer) IS DISTINCT FROM (r.deductible, r.tax_org_of_buyer)
    THEN UPDATE SET deductible = r.deductible, tax_org_of_buyer = r.tax_org_of_buyer
WHEN NOT MATCHED THEN INSERT (type, deductible, tax_org_of_buyer) VALUES (r.type, r.deductible, r.tax_org_of_buyer)
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- name: differ
-- Whether one of the tables says something else than include/rules, or not all of it.
WITH said AS (
    SELECT 'label' AS what, value FROM jsonb_array_elements(%(labels)s)
    UNION ALL SELECT 'quota', value FROM jsonb_array_elements(%(quotas)s)
    UNION ALL SELECT 'module', value FROM jsonb_array_elements(%(modules)s)
    UNION ALL SELECT 'type', value FROM jsonb_array_elements(%(types)s)
),
held AS (
    SELECT 'label' AS what, to_jsonb(l) AS value FROM sync.code_label AS l
    UNION ALL SELECT 'quota', to_jsonb(q) FROM sync.quota_limit AS q
    UNION ALL SELECT 'module', to_jsonb(m) FROM sync.module AS m
    UNION ALL SELECT 'type', to_jsonb(t) FROM sync.type_rule AS t
)
SELECT EXISTS ((TABLE said EXCEPT TABLE held) UNION ALL (TABLE held EXCEPT TABLE said));
