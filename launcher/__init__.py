"""What stands behind ./fapiao: the commands, the embedded Postgres and the Airflow processes."""
