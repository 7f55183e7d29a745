"""The documents a bureau holds: what they are, what their payloads say, and who may see them from which day on."""
