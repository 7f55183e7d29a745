-- name: any
-- Whether rights were loaded at all; where none were, everybody may do everything.
SELECT EXISTS (SELECT FROM enterprise.permission);

-- name: of_actor
-- The grants of one actor.
SELECT org_code, role FROM enterprise.permission WHERE actor = %(actor)s;

-- name: organisations
-- The organisations a grant may name.
SELECT org_code FROM enterprise.organisation;

-- name: replace
-- Makes the grants what the file says; one that stays keeps who granted it and when.
MERGE INTO enterprise.permission AS p
USING jsonb_to_recordset(%(grants)s) AS r (actor text, org_code text, role text)
ON p.actor = r.actor AND p.org_code = r.org_code AND p.role = r.role
WHEN NOT MATCHED THEN INSERT (actor, org_code, role, granted_by) VALUES (r.actor, r.org_code, r.role, %(granted_by)s)
WHEN NOT MATCHED BY SOURCE THEN DELETE
RETURNING merge_action();

-- name: list
-- Every grant.
SELECT actor, org_code, role, granted_by, granted_at FROM enterprise.permission ORDER BY actor, org_code, role;
