"""Companies, schemes, accounts, parameters and permissions as tables."""
