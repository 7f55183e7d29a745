"""What Airflow is told of us as a provider is what its schema takes, the same in both places, and needs nothing."""

import re
import subprocess
import sys
from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path
from pkgutil import resolve_name

import pytest

from fapiao.provider import NAME, VERSION, announce, provider_info
from temporary_postgres import ROOT

pytestmark = pytest.mark.finding("F61")
DIST_INFO = ROOT / "plugins" / "airflow_provider_fapiao.dist-info"


def test_the_folder_beside_the_code_names_the_same_provider() -> None:
    (entry,) = Distribution.at(DIST_INFO).entry_points
    metadata = Distribution.at(DIST_INFO).metadata
    assert isinstance(metadata, Message)
    assert (metadata["Name"], metadata["Version"]) == (NAME, VERSION)
    assert (entry.group, entry.load()) == ("apache_airflow_provider", provider_info)


def test_airflow_gets_the_answer_while_it_starts_from_an_interpreter_that_has_nothing_else() -> None:
    script = (
        f"import sys; sys.path.append({str(ROOT / 'plugins')!r}); from fapiao.provider import *; print(provider_info())"
    )
    alone = subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True, capture_output=True, text=True)
    assert alone.stdout.strip() == str(provider_info())


@pytest.mark.parametrize("field", ["label", "description"])
def test_every_field_of_an_extra_is_named_and_explained_in_both_languages(field: str) -> None:
    for one in provider_info()["connection-types"]:
        for name, written in one["conn-fields"].items():
            assert any("一" <= letter <= "鿿" for letter in written[field]), (name, written[field])
            assert any("a" <= letter <= "z" for letter in written[field]), (name, written[field])


def test_every_extra_of_the_readme_is_in_the_form_and_no_other() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Connections")[2].partition("\n## ")[0]
    connection, named = "", {}
    for first, second in re.findall(r"^\|([^|]*)\| ([^|]*) \|", section, re.MULTILINE):
        connection = first.strip(" `") or connection
        if second.startswith("extra "):
            named.setdefault(connection, set()).add(second.removeprefix("extra ").strip(" `"))
    assert named == {one["connection-type"]: set(one["conn-fields"]) for one in provider_info()["connection-types"]}


def test_the_hooks_that_are_named_are_of_that_type_and_can_be_tested() -> None:
    for one in provider_info()["connection-types"]:
        hook = resolve_name(one["hook-class-name"])
        assert (hook.conn_type, hook.conn_name_attr in hook.__init__.__code__.co_varnames) == (
            one["connection-type"],
            True,
        )
        assert callable(hook.test_connection)


def test_what_airflow_found_itself_is_not_announced_again() -> None:
    known: dict[str, object] = {}
    for _ in range(2):
        announce(known, lambda version, info: (version, info["package-name"]))
    assert known == {NAME: (VERSION, NAME)}
    announce(found := {NAME: "found"}, lambda *_: "announced")
    assert found == {NAME: "found"}


def test_it_is_what_airflows_schema_takes() -> None:
    import airflow
    import jsonschema
    import msgspec

    schema = msgspec.json.decode((Path(airflow.__file__).parent / "provider_info.schema.json").read_bytes())
    jsonschema.validate(provider_info(), schema)
