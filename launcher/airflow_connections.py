"""The connections that Airflow itself knows, by a secrets backend, a variable or its own database: it is asked."""

import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.guard import ended_here, start
from launcher.home import logs

READER = Path(__file__).with_name("connection_reader.py")
PATIENCE_SECONDS = 180.0


def known_to_airflow(
    names: Collection[str], environment: Mapping[str, str], *, backend_only: bool = False
) -> dict[str, str]:
    """Those of the connections that there are, as JSON, in the environment of an Airflow; secrets are in them.

    It takes the seconds that Airflow's import takes. Its metadata database must be there, but where only the backend
    that the user set is asked. Raises Unusable where Airflow cannot say, a secrets backend that does not answer among
    it.
    """
    read_end, write_end = os.pipe()
    command = [sys.executable, "-P", str(READER), str(write_end), "backend" if backend_only else "all", *names]
    log = logs() / "airflow-connections.log"
    with os.fdopen(read_end, encoding="utf-8") as answer:
        with log.open("wb") as told, os.fdopen(write_end, "wb"):
            child = start(command, told, environment, pass_fds=[write_end])
        with ended_here(child):
            try:
                code = child.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                raise Unusable(sentence("runs.connections_unsaid", log=log)) from None
        text = answer.read()
    if code:
        raise Unusable(sentence("runs.connections_unknown", log=log))
    found: dict[str, str] = json.loads(text)
    return found
