"""The section `selection` of the benchmark measures what it says, on a tiny pool too."""

from bench.selection import FILTERS, selection
from bench.setting import Setting


def test_the_list_is_filtered_paged_and_imported(owner_url: str) -> None:
    rows = dict(selection(Setting(owner_url, rows=600, pool=600, rounds=1)))
    assert len(rows) == len(FILTERS) + 2
    assert all(" ms" in figures or " s" in figures for figures in rows.values())
    (imported,) = [what for what in rows if what.startswith("a list of 60 rows")]
    passed = int(imported.split(", ")[1].split()[0])
    assert 0 < passed < 60
