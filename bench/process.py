"""Processes of the benchmark's own: what they do first, and how much memory they needed."""

import os
import resource
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
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
    """The most memory that this process had at any time so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def grown_megabytes(work: Callable[..., object], *arguments: object) -> float:
    """What `work` needs at its peak above what this process needed before."""
    before = peak_megabytes()
    work(*arguments)
    return peak_megabytes() - before
