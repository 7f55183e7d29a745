"""Rows of the pool and of the log into workbooks."""
