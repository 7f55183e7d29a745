"""When a channel is asked for what: occurrences, frequencies, quotas."""
