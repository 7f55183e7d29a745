"""A secrets backend and metrics of the user's work in a run: pool and bureau stand nowhere else."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest

from launcher.command_simulator import simulation
from launcher.sample_group import load_sample
from launcher.stack_simulator import connections
from simulator.sample import EARLIEST, sample_enterprise
from temporary_postgres import ROOT

KEY = "0123456789abcdeffedcba9876543210"


@pytest.fixture
def collected() -> Iterator[tuple[str, bytearray]]:
    """A collector of OpenTelemetry: its address, and whatever it is sent."""
    taken = bytearray()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.extend(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()


@pytest.mark.slow
@pytest.mark.finding("F54")
def test_a_run_finds_pool_and_bureau_in_a_secrets_backend_and_sends_its_metrics(
    pool_url: str, fapiao_home: Path, tmp_path: Path, collected: tuple[str, bytearray]
) -> None:
    address, taken = collected
    kept = tmp_path / "connections.json"
    with simulation(EARLIEST, KEY) as bureau:
        bureau.order("seed", sample_enterprise(EARLIEST))
        load_sample(pool_url, EARLIEST)
        held = {
            name.removeprefix("AIRFLOW_CONN_").lower(): json.loads(text)
            for name, text in connections(bureau.url, KEY, 1.0).items()
        }
        kept.write_text(json.dumps(held | {"invoice_pool": pool_url}), encoding="utf-8")
        mine = {
            "AIRFLOW__SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({"connections_file_path": str(kept)}),
            "AIRFLOW__METRICS__OTEL_ON": "True",
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        command = [sys.executable, ROOT / "launcher", "run", "leqi__incremental", "--date", str(EARLIEST)]
        done = subprocess.run(command, env=inherited | mine, check=False, capture_output=True, text=True)
    told = "".join(log.read_text() for log in (fapiao_home / "logs").glob("run-*"))
    assert done.returncode == 0, done.stdout + done.stderr + told[-3000:]
    assert f"Used as you set them: {', '.join(sorted(mine)[:3])}." in done.stderr
    with psycopg.connect(pool_url) as look:
        assert look.execute("SELECT count(*) > 0 FROM pool.document").fetchone() == (True,)
    assert b"airflow" in taken, "metrics were sent"
