"""The decisions of fapiao: calendar, windows, quotas, identity and rules, without Airflow, network or clock."""
