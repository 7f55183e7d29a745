"""Leased queues as tables: tasks, selections, verifications, imports, and what they wait for."""
