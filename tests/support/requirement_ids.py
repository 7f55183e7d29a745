"""Which requirement ids of the manuals the passed tests prove: printed at the end of a run."""

from pathlib import Path

import pytest

IDS = Path(__file__).with_name("requirement_ids.txt")
PROPERTY = "requirement"
MARKS = ("req", "finding")
CHOOSING = ("keyword", "markexpr", "ignore", "lf")
"""Options that leave tests out."""


def known_ids(text: str) -> dict[str, bool]:
    """Every id, and whether it is in scope now (marked with `*`); `#` begins a comment."""
    lines = [line.partition("#")[0].split() for line in text.splitlines()]
    return {words[0].rstrip("*"): words[0].endswith("*") for words in lines if words}


class Requirements:
    """Collects the ids of `@pytest.mark.req` and `@pytest.mark.finding` of passed tests, over all xdist workers, and refuses unknown ones."""

    def __init__(self) -> None:
        self.known = known_ids(IDS.read_text(encoding="utf-8"))
        self.proven: set[str] = set()
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Writes the ids into the reports, which travel from the workers to the terminal."""
        for item in items:
            ids = [name for kind in MARKS for mark in item.iter_markers(kind) for name in mark.args]
            if unknown := [name for name in ids if name not in self.known]:
                raise pytest.UsageError(f"{item.nodeid} claims {', '.join(unknown)}: not in {IDS.name}")
            item.user_properties.extend((PROPERTY, name) for name in ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A failing test takes its ids away from the others that claim them."""
        ids = {str(value) for name, value in report.user_properties if name == PROPERTY}
        if report.failed:
            self.failed |= ids
        elif report.when == "call" and report.passed:
            self.proven |= ids

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """One line for what is proven; a run of everything also says what it leaves open in scope."""
        proven = self.proven - self.failed
        if not proven:
            return
        missing = [name for name, in_scope in self.known.items() if in_scope and name not in proven]
        left = f"; missing in scope: {' '.join(missing) or 'none'}" if is_whole(config) else ""
        terminalreporter.write_line(f"requirements proven: {len(proven)}{left}")


def is_whole(config: pytest.Config) -> bool:
    """Whether a run was asked for every test: of a part of them, most ids are missing and none is news."""
    chosen = any(config.getoption(name, default=None) for name in CHOOSING)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen
