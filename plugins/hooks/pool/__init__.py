"""The pool in Postgres: connection, migrations, merge."""
