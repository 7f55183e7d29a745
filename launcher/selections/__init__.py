"""What `./fapiao select` does: the list, submissions and what becomes of them, the tax period and its table."""
