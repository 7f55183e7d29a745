"""Eight threads at once meet answers of 200 MB, plain and packed, and the worker stays under 400 MB."""

import base64
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from raw_http import Behaviour, answers, head, raw_http, repeats, sends
from rehearsal import leqi_connection

ROOT = Path(__file__).parents[3]
MOST_MEBIBYTES = 400
LARGE = 200 * 1024 * 1024
BOMB = gzip.compress(bytes(1024 * 1024), 6) * 512


def package(sjl: bytes) -> bytes:
    """A feedback in clear that holds it."""
    data = {"returncode": "00", "packagecount": "1", "cljg": "1", "sjl": base64.b64encode(sjl).decode()}
    return json.dumps({"httpStatusCode": 200, "body": {"Response": {"Data": data}}}).encode()


def values(text: str) -> bytes:
    """A package whose array is this."""
    return package(gzip.compress(f"[{text}]".encode(), 6))


KINDS: dict[str, tuple[Behaviour, str]] = {
    "200 MB announced": (
        repeats(head(200, f"Content-Length: {LARGE}"), bytes(65536), times=3200),
        "LEQI_BEYOND_BOUNDS",
    ),
    "200 MB until closed": (repeats(head(200), b" " * 65536, times=3200), "LEQI_BEYOND_BOUNDS"),
    "200 MB in chunks": (
        repeats(head(200, "Transfer-Encoding: chunked"), b"10000\r\n" + bytes(65536) + b"\r\n", times=3200),
        "LEQI_BEYOND_BOUNDS",
    ),
    "gzip to 512 MB": (answers(BOMB, 200, "Content-Encoding: gzip"), "LEQI_BEYOND_BOUNDS"),
    "gzip of gzip": (answers(gzip.compress(BOMB), 200, "Content-Encoding: gzip, gzip"), "LEQI_BEYOND_BOUNDS"),
    "a package of 512 MB": (answers(package(BOMB)), "LEQI_PACKAGE"),
    "a package of ten million values": (answers(values("0," * 10_000_000 + "0")), "LEQI_PACKAGE"),
    "a package nested a million deep": (answers(values("[" * 1_000_000)), "LEQI_PACKAGE"),
    "an envelope of seven million values": (answers(b"[" + b"0," * 7_000_000 + b"0]"), "LEQI_UNREADABLE"),
    "a text that does not end": (sends([head(200), b'{"a":"' + b'\\"' * 7_000_000]), "LEQI_UNREADABLE"),
}


@pytest.mark.finding("F24")
@pytest.mark.parametrize("kind", KINDS)
def test_eight_hostile_answers_at_once_stay_under_the_bound(kind: str) -> None:
    behaviour, code = KINDS[kind]
    with raw_http() as bureau:
        bureau.strike(behaviour)
        settings = {"encryption": "off", "timeout_seconds": 60, "concurrency": 8}
        connection = leqi_connection(bureau.url, **settings)
        places = [ROOT / "plugins", ROOT / "tests/support"]
        environment = os.environ | {"AIRFLOW_CONN_LEQI": connection, "PYTHONPATH": os.pathsep.join(map(str, places))}
        worker = subprocess.run(
            [sys.executable, "-m", "hungry_worker"], env=environment, capture_output=True, check=False, timeout=90
        )
    assert worker.returncode == 0, worker.stderr.decode()[-2000:]
    found = json.loads(worker.stdout.decode().splitlines()[-1])
    print(f"{kind}: {found['before']} → {found['peak']} MiB")
    assert found["codes"] == [code] * 8
    assert found["peak"] < MOST_MEBIBYTES
