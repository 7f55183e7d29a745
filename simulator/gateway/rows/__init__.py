"""Documents as plane O shows them: header items, full items, and what both read from a face."""
