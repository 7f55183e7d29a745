"""`python -m simulator`: start planes L and O and the control room, say where, run until told to stop."""

import argparse
import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from simulator import sm4
from simulator.bureau import Bureau
from simulator.clock import Clock, morning
from simulator.sample import ERRAND_SECONDS, sample_enterprise
from simulator.seed_loading import plant
from simulator.seeding import Seed
from simulator.servers import Servers

KEY_VARIABLE = "SIMULATOR_KEY"
OWNER_ONLY = 0o600


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 after a stop, 1 with one sentence where it cannot start."""
    options = _options(arguments)
    try:
        key = _key(options)
        start = morning(options.date) if options.date else None
        bureau = Bureau(Clock(start), sm4.key_bytes(key) if key else None, salt=secrets.token_hex(8))
        if options.sample:
            plant(bureau, msgspec.convert(sample_enterprise(bureau.clock.today()), Seed))
            bureau.readiness = replace(bureau.readiness, errand_seconds=ERRAND_SECONDS)
        servers = Servers(bureau, options.host, options.port, options.admin_host, options.admin_port)
    except (ValueError, OSError) as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 1
    made = key if key and not _given_key(options) else None
    asyncio.run(_serve(servers, options, made))
    return 0


async def _serve(servers: Servers, options: argparse.Namespace, made_key: str | None) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, servers.stop)
    serving = asyncio.create_task(servers.run())
    await servers.wait_until_started()
    if options.port_file:
        _write(options.port_file, servers, made_key)
    print(f"plane L   http://{options.host}:{servers.port}")
    print(f"plane O   http://{options.host}:{servers.port}")
    print(f"/_sim     http://{options.admin_host}:{servers.admin_port}", flush=True)
    await serving


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address of planes L and O; only loopback unless you say so"
    )
    parser.add_argument("--port", type=int, default=0, help="port of planes L and O; 0 takes a free one")
    parser.add_argument("--admin-host", default="127.0.0.1", help="address of /_sim")
    parser.add_argument("--admin-port", type=int, default=0, help="port of /_sim; 0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="where to write both ports as JSON, once they answer")
    parser.add_argument("--date", type=date.fromisoformat, help="stand still at 09:00 of this day; else wall clock")
    parser.add_argument(
        "--sample",
        action="store_true",
        help="hold the sample group, seeded around the first day",
    )
    parser.add_argument("--key", help=f"SM4 key, 32 hex digits; or the environment variable {KEY_VARIABLE}")
    parser.add_argument("--encryption", choices=("on", "off"), default="on")
    return parser.parse_args(arguments)


def _given_key(options: argparse.Namespace) -> str | None:
    return options.key or os.environ.get(KEY_VARIABLE) or None


def _key(options: argparse.Namespace) -> str | None:
    if options.encryption == "off":
        return None
    key = _given_key(options)
    if key is None and options.port_file is None:
        raise ValueError(f"give --key or {KEY_VARIABLE}, or --port-file to have a key made and written there.")
    return key or secrets.token_hex(sm4.KEY_BYTES)


def _write(path: Path, servers: Servers, made_key: str | None) -> None:
    ports: dict[str, object] = {"leqi": servers.port, "admin": servers.admin_port}
    if made_key:
        ports["key"] = made_key
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    draft.touch(OWNER_ONLY)
    draft.write_text(json.dumps(ports), encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
