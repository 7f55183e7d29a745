"""What `./fapiao doctor` looks at, a module for each neighbourhood of parts."""
