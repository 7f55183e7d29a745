"""What a process of the benchmark's own does first."""

import os
from collections.abc import Mapping


def live_in(environment: Mapping[str, str]) -> None:
    """Takes over an environment, before anything is imported that reads it."""
    os.environ.update(environment)
