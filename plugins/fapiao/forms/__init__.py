"""What forms ask for: each declared once, for Airflow's page, for the command and for whoever reads it (ADR 0041)."""
