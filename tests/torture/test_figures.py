"""What a seed came to is kept, not driven again, and written into the page."""

from pathlib import Path

from figures import Figures, write_table


def test_a_seed_is_driven_again_only_where_days_are_missing_or_a_sentence_did_not_hold(tmp_path: Path) -> None:
    Figures(1, 20, tmp_path).keep({"rows": 7}, 20)
    Figures(2, 20, tmp_path).keep({"rows": 7}, 3, "seed 2, day 2027-01-06: a sentence does not hold")

    assert [Figures(seed, 20, tmp_path).driven for seed in (1, 2, 3)] == [True, False, False]
    assert not Figures(1, 21, tmp_path).driven
    assert not Figures(1, 20, None).driven
    assert "does not hold" in (tmp_path / "seed-2.log").read_text(encoding="utf-8")


def test_the_table_has_a_row_a_seed_and_their_sum(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
    Figures(2, 20, tmp_path).keep({"rows": 5, "kill": 30}, 20)
    Figures(10, 20, tmp_path).keep({"rows": 7, "kill": 12, "cut_pool": 2, "cut_bureau": 3}, 20)

    write_table(page, tmp_path)

    head, _, *rows = page.read_text(encoding="utf-8").splitlines()[2:-2]
    cells = [dict(zip(head.split(" | "), row.split(" | "), strict=True)) for row in rows]
    assert [(row["| seed"], row["rows"], row["killed"], row["cut off"]) for row in cells] == [
        ("| 2", "5", "30", "0"),
        ("| 10", "7", "12", "5"),
        ("| all", "12", "42", "5"),
    ]
