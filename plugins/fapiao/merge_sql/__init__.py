"""Renders include/sql/merge/*.sql from the columns of the pool and their policies."""
