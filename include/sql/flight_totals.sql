-- name: owners
-- Whose flight tickets there are; each is locked as a merge locks it.
SELECT pool.lock_owner(direction, taxpayer_no) FROM (
    SELECT DISTINCT direction, taxpayer_no FROM pool.document
    WHERE invoice_type = ANY (%(invoice_types)s)
    ORDER BY direction, taxpayer_no
) AS owner;

-- name: recompute
-- totalTaxInclAmount by the rule of today: the sum of the parts and the tax, none before its day or when a part is missing.
WITH ticket AS (
    SELECT direction, taxpayer_no, document_key,
        CASE
            WHEN issue_date >= %(from_issue_date)s AND tax_amount IS NOT NULL
                AND (num_nulls(fare, fuel_surcharge, development_fund, other_charges) = 0
                    OR (num_nonnulls(fare, fuel_surcharge, development_fund, other_charges) > 0 AND known = total_amount))
            THEN known
        END AS total
    FROM pool.document
    CROSS JOIN LATERAL (SELECT tax_amount + coalesce(fare, 0) + coalesce(fuel_surcharge, 0)
        + coalesce(development_fund, 0) + coalesce(other_charges, 0) AS known) AS sum
    WHERE invoice_type = ANY (%(invoice_types)s)
), changed AS (
    UPDATE pool.document AS d
    SET total_tax_incl_amount = t.total, batch_no = %(batch_no)s, updated_at = %(at)s
    FROM ticket AS t
    WHERE d.direction = t.direction AND d.taxpayer_no = t.taxpayer_no AND d.document_key = t.document_key
        AND d.total_tax_incl_amount IS DISTINCT FROM t.total
    RETURNING d.direction, d.taxpayer_no, d.document_key, d.channel, old.total_tax_incl_amount AS old_value,
        new.total_tax_incl_amount AS new_value
), logged AS (
    INSERT INTO pool.change (
        direction, taxpayer_no, document_key, column_name, old_value, new_value, batch_no, channel,
        observed_at, changed_at)
    SELECT direction, taxpayer_no, document_key, 'total_tax_incl_amount', old_value::text, new_value::text,
        %(batch_no)s, channel, %(at)s, %(at)s
    FROM changed
)
SELECT count(*) FROM changed;
