"""What each service of plane L does, one module per flow."""
