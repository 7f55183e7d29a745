-- The word that people read for a code.

CREATE OR REPLACE FUNCTION fapiao.label(kind text, code text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT l.label FROM sync.code_label AS l WHERE l.kind = $1 AND l.code = $2), $2)
$$;
COMMENT ON FUNCTION fapiao.label IS
    'The label of a code, else the code itself.';
