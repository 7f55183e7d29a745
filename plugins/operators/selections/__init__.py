"""勾选: requests, checks, submissions and their results."""
