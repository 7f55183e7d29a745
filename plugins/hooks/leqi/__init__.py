"""乐企 over its own wire."""
