"""Tables that people hand in as YAML, CSV or Excel, read as texts that know their place in the file."""
