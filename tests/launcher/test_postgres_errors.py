"""What Postgres writes becomes one sentence that says what to do."""

import pytest

from launcher.postgres_errors import explained

FULL = """LOG:  starting PostgreSQL 18.6
FATAL:  could not write to file "pg_wal/xlogtemp.42": No space left on device
LOG:  database system is shut down"""


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (FULL, "It failed: the disk is full: free some space, or set FAPIAO_HOME to another disk."),
        ("initdb: error: something new.", "It failed: something new."),
        ("FATAL:  first\nFATAL:  last one", "It failed: last one."),
        ("only this", "It failed: only this."),
        ("", "It failed: it said nothing."),
    ],
)
def test_the_cause_if_known_else_the_last_loud_line(output, said):
    assert explained("It failed", output) == said
