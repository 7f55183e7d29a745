"""The sample companies of the rehearsal, loaded as a person would load them: by files of taxpayers and schemes."""

import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from fapiao.enterprise.loading import Loaded, load_schemes, load_taxpayers
from fapiao.enterprise.spellings import vocabulary
from fapiao.rules.book import rulebook
from fapiao.windows import one_year_before
from hooks.enterprise.basics import change
from hooks.pool.sessions import open_session
from launcher.enterprise_files import read_files
from operators.run_context import account
from simulator.sample import sample_schemes, sample_taxpayers
from simulator.sample_gateway import gateway_accounts, gateway_schemes, gateway_taxpayers


def load_sample(url: str, day: date) -> str:
    """Loads the group; a second time changes nothing. Returns what was new, in words."""
    words = vocabulary(rulebook())
    with TemporaryDirectory() as folder, open_session(url) as connection:
        people = {"taxpayers": [*sample_taxpayers(), *gateway_taxpayers()], "accounts": gateway_accounts()}
        start = one_year_before(day)
        taxpayers = read_files([_file(Path(folder), "taxpayers", people)])
        schemes = read_files(
            [_file(Path(folder), "schemes", {"schemes": [*sample_schemes(start), *gateway_schemes(start)]})]
        )
        done = [
            change(connection, lambda before: load_taxpayers(before, taxpayers, words, True), account()),
            change(connection, lambda before: load_schemes(before, schemes, words, day), account()),
        ]
    return "; ".join(_tallies(loaded) for loaded in done)


def _file(folder: Path, name: str, sections: dict[str, list[dict[str, object]]]) -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps(sections, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return file


def _tallies(loaded: Loaded) -> str:
    return ", ".join(str(tally) for tally in loaded.tallies if tally.new + tally.changed + tally.unchanged)
