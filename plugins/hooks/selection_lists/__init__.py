"""The list of documents to select from, its rules and its import."""
