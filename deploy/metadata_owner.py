"""Makes the role that Airflow's metadata are reached by, and gives it their database: its tasks need no superuser.

`METADATA_SUPERUSER` is a superuser's address of that database; without it somebody else has seen to the role. It may
run at every start: volumes of older versions, whose metadata are the superuser's, are handed over.
"""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from launcher.logins import hand_over, set_password  # noqa: E402 the path is known now

SUPERUSER, METADATA = "METADATA_SUPERUSER", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


def main() -> int:
    """Exit code 1 with a sentence where Postgres refuses."""
    superuser, role = os.environ.get(SUPERUSER), urlsplit(os.environ.get(METADATA, ""))
    if not superuser or not role.username or role.username == urlsplit(superuser).username:
        return 0
    try:
        with psycopg.connect(superuser, autocommit=True) as connection:
            set_password(connection, role.username, unquote(role.password or ""))
            hand_over(connection, role.username)
    except psycopg.Error as refused:
        print(f"Airflow's metadata could not be given to the role {role.username}: {refused}", file=sys.stderr)
        return 1
    print(f"Airflow's metadata belong to the role {role.username}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
