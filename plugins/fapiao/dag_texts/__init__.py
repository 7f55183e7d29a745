"""What the pages of Airflow say of DAGs, tasks and forms, in Chinese with English beside it (ADR 0051)."""
