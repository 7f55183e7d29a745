"""One download: its questions, what was announced, how far back the bureau answers."""
