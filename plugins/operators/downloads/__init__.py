"""Downloads from plan to pool."""
