"""Processes of the benchmark's own: what they do first, and how much memory they needed."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def live_in(environment: Mapping[str, str]) -> None:
    """Takes over an environment, before anything is imported that reads it."""
    os.environ.update(environment)


def in_its_own(work: Callable[..., T], *arguments: object) -> T:
    """What `work` returns in a new process, whose memory nothing else has used: peaks never fall."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *arguments).result()


def peak_megabytes() -> float:
    """The most memory that this process ever held; getrusage would count its parent's, up to the exec."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) / 1024


def grown_megabytes(work: Callable[..., object], *arguments: object) -> float:
    """What `work` needs at its peak above what this process needed before."""
    before = peak_megabytes()
    work(*arguments)
    return peak_megabytes() - before
