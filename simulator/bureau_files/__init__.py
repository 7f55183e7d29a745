"""The files that the simulated bureau hands out: every layout it has had, as .xls and as .xlsx."""
