"""Who may do what, and which action a task allows."""
