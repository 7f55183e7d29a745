-- name: has_tables
-- Whether Airflow's metadata database was ever migrated.
SELECT to_regclass('public.dag_run') IS NOT NULL

-- name: files_read
-- How many DAG files the DAG processor has read.
SELECT count(DISTINCT fileloc) FROM public.dag WHERE NOT is_stale

-- name: files_unreadable
-- The DAG files that it could not read, with the error.
SELECT filename, stacktrace FROM public.import_error ORDER BY filename
