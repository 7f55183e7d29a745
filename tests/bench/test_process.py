"""Memory is that of the process that did the work, whatever the one that started it holds."""

from bench.process import grown_megabytes, in_its_own, peak_megabytes

A_LOT = 400_000_000


def test_a_process_does_not_begin_with_the_peak_of_the_one_that_starts_it() -> None:
    held = bytearray(A_LOT)
    assert in_its_own(peak_megabytes) < peak_megabytes() - len(held) / 2**20 / 2


def test_what_a_work_needs_is_told_above_what_the_process_had() -> None:
    needed = in_its_own(grown_megabytes, bytearray, A_LOT)
    assert 0.9 * A_LOT / 2**20 < needed < 1.2 * A_LOT / 2**20
