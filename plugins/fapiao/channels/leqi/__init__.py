"""乐企 as the bureau prints it: services, request bodies and the reading of replies, without network or key."""
