"""A simulator inside the test process: both planes on free ports in one thread, gone at the end of the block."""

import asyncio
import threading
from types import TracebackType
from typing import Self

import httpx

from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.servers import Servers

LOOPBACK = "127.0.0.1"
START_SECONDS = 10


class RunningSimulator:
    """`with RunningSimulator(Bureau(clock, key)) as simulator:` serves that bureau at `url` and `admin_url`."""

    def __init__(self, bureau: Bureau | None = None) -> None:
        self.bureau = bureau or Bureau(Clock(), None)
        self._servers = Servers(self.bureau, LOOPBACK)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="simulator", daemon=True)

    @property
    def url(self) -> str:
        """Base address of planes L and O."""
        return f"http://{LOOPBACK}:{self._servers.port}"

    @property
    def admin_url(self) -> str:
        """Base address of /_sim."""
        return f"http://{LOOPBACK}:{self._servers.admin_port}"

    def client(self) -> httpx.Client:
        """A client whose paths start at the admin address: `client.post("/_sim/seed", json=…)`."""
        return httpx.Client(base_url=self.admin_url, trust_env=False)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError("The simulator did not start.")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._servers.stop()
        self._thread.join(START_SECONDS)

    def _serve(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        serving = asyncio.create_task(self._servers.run())
        await self._servers.wait_until_started()
        self._ready.set()
        await serving
