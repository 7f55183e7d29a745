"""The machine behind every leased queue: session, guard, loop and waiting for a login (docs/leased_queue.md)."""
