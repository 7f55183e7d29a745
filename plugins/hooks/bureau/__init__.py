"""What both wires share: the connection to a bureau, and HTTP over it."""
