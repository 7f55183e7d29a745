"""Finds the project's own packages, then hands the words of the command line on."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# python puts launcher/ itself first, where airflow.py would hide Airflow
HERE = str(ROOT / "launcher")
sys.path[:] = [str(ROOT), str(ROOT / "plugins"), *(entry for entry in sys.path if entry != HERE)]

if __name__ == "__main__":
    from launcher.ending import end_at_once

    end_at_once()
    from launcher.main import main

    sys.exit(main(sys.argv[1:]))
