"""上级组织: where it comes from, what is refused, and which tax number an organisation resolves to."""

import pytest

from enterprise_files import DISK, ETAX, LEQI, group, taxpayers
from fapiao.enterprise.organisation_tree import resolved, upwards
from fapiao.errors import BadInput


def loaded(*records: str):
    """The usual group with organisations arranged anew."""
    return taxpayers("\n".join(f"- {{{record}}}" for record in records), group())


def refused(*records: str) -> str:
    """What is said against a file."""
    with pytest.raises(BadInput) as problem:
        loaded(*records)
    return str(problem.value)


@pytest.mark.req("R038")
def test_a_file_says_which_organisation_stands_above_and_it_needs_no_taxpayer_of_its_own():
    after = loaded(f"taxpayer_no: {DISK}, org_code: '0200', org_parent: '0900'")
    assert after.enterprise.parents == {"0200": "0900"}
    assert after.enterprise.organisations == {"0100": "北京", "0200": None, "0900": None}
    assert str(after.tallies[0]) == "organisations: 1 new, 1 changed, 1 unchanged"


def test_a_file_without_the_column_leaves_the_tree_and_an_empty_cell_takes_the_parent_away():
    before = loaded(f"taxpayer_no: {DISK}, org_parent: '0100'").enterprise
    same = taxpayers(f"- {{taxpayer_no: {DISK}, name: 丙}}", before).enterprise
    assert same.parents == {"0200": "0100"}
    assert taxpayers(f"- {{taxpayer_no: {DISK}, org_parent: ''}}", before).enterprise.parents == {}


def test_two_parents_for_one_and_one_above_itself_are_refused_with_their_places():
    twice = refused(f"taxpayer_no: {LEQI}, org_parent: '0200'", f"taxpayer_no: {ETAX}, org_parent: '0300'")
    assert "0100 stands under 0200 in another record of this file" in twice
    assert "0200 would stand above itself" in refused(f"taxpayer_no: {DISK}, org_parent: '0200'")
    circle = refused(f"taxpayer_no: {DISK}, org_parent: '0100'", f"taxpayer_no: {LEQI}, org_parent: '0200'")
    assert "0100 would stand above itself" in circle
    assert "0200 would stand above itself" in circle
    assert "an organisation needs its org_code" in refused(f"taxpayer_no: {DISK}, org_code: '', org_parent: '0100'")


@pytest.mark.req("R038")
def test_the_nearest_tax_number_counts():
    tree = loaded(f"taxpayer_no: {DISK}, org_code: '0300', org_parent: '0200'").enterprise
    assert resolved(tree, "0300").taxpayer_no == DISK
    tree = loaded(
        f"taxpayer_no: {DISK}, org_code: '0300', org_parent: '0200'", f"taxpayer_no: {ETAX}, org_code: '0200'"
    )
    assert resolved(tree.enterprise, "0300").taxpayer_no == DISK
    assert resolved(tree.enterprise, "0200").taxpayer_no == ETAX


def test_going_upwards_ends_even_where_a_tree_was_spoilt_by_hand():
    assert list(upwards({"A": "B", "B": "A"}, "A")) == ["A", "B"]
