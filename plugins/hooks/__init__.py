"""Contact with the world: the bureau channels and the Postgres pool."""
