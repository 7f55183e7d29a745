"""Payload rows of the bureau into pool rows: one vocabulary of names, types and codes, nothing dropped or guessed."""
