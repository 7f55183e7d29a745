"""The vendor gateway (plane O) as protocols §10 prints it: interfaces, request data and the reading of replies."""
