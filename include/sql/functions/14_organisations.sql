-- Whose documents a request or a verification is about.

CREATE OR REPLACE FUNCTION sync.organisations_of_selection(selection_id bigint) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT array_agg(DISTINCT coalesce(d.org_code, t.org_code, s.org_code))
        FROM sync.selection_item AS i
        LEFT JOIN LATERAL (
            SELECT p.org_code FROM pool.document AS p
            WHERE p.direction = 'input' AND p.taxpayer_no = i.taxpayer_no AND p.document_key = i.document_key
            OFFSET 0
        ) AS d ON true
        LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = i.taxpayer_no
        WHERE i.selection_id = s.selection_id
    ), ARRAY[s.org_code])
    FROM sync.selection AS s WHERE s.selection_id = organisations_of_selection.selection_id
$$;
COMMENT ON FUNCTION sync.organisations_of_selection IS
    'The 核算组织 of a request: those of its documents, each its own or else its company''s; of a request without documents '
    'the company''s.';

CREATE OR REPLACE FUNCTION sync.organisation_of_verification(verification_id bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(d.org_code, t.org_code, v.org_code)
    FROM sync.verification AS v
    LEFT JOIN pool.document AS d USING (direction, taxpayer_no, document_key)
    LEFT JOIN enterprise.taxpayer AS t ON t.taxpayer_no = v.taxpayer_no
    WHERE v.verification_id = organisation_of_verification.verification_id
$$;
COMMENT ON FUNCTION sync.organisation_of_verification IS
    'The 核算组织 of a verification: that of its document, else of its company.';
