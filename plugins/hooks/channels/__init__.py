"""What a channel must be able to do, and which channels there are."""
