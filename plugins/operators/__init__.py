"""What an Airflow task does: plan, apply, collect."""
