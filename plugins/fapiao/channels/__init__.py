"""What is known of each channel: its raw replies, and the two planes of the wire."""
