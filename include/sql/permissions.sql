-- name: any
-- Whether rights were loaded at all; where none were, everybody may do everything.
SELECT EXISTS (SELECT FROM enterprise.permission);

-- name: of_actor
-- The grants of one actor.
SELECT org_code, role FROM enterprise.permission WHERE actor = %(actor)s;

-- name: founder
-- Whether an actor loaded rights that name nobody who may administer every organisation: then he may change them.
SELECT EXISTS (SELECT FROM enterprise.permission WHERE granted_by = %(actor)s) AND NOT EXISTS (
    SELECT FROM enterprise.permission WHERE org_code = '*' AND role = ANY (%(administering)s));

-- name: organisations
-- The organisations a grant may name.
SELECT org_code FROM enterprise.organisation;

-- name: of_taxpayers
-- The organisation of each of these companies, or of all of them.
SELECT taxpayer_no, org_code FROM enterprise.taxpayer
WHERE %(taxpayers)s::text[] IS NULL OR taxpayer_no = ANY (%(taxpayers)s)
ORDER BY taxpayer_no;

-- name: replace
-- Makes the grants what the file says; one that stays keeps who granted it and when.
MERGE INTO enterprise.permission AS p
USING jsonb_to_recordset(%(grants)s) AS r (actor text, org_code text, role text)
ON p.actor = r.actor AND p.org_code = r.org_code AND p.role = r.role
WHEN NOT MATCHED THEN INSERT (actor, org_code, role, granted_by) VALUES (r.actor, r.org_code, r.role, %(granted_by)s)
WHEN NOT MATCHED BY SOURCE THEN DELETE
RETURNING merge_action();

-- name: list
-- Every grant, or those in some organisations.
SELECT actor, org_code, role, granted_by, granted_at FROM enterprise.permission
WHERE %(organisations)s::text[] IS NULL OR org_code = ANY (%(organisations)s)
ORDER BY actor, org_code, role;
