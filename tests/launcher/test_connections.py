"""The invoice_pool connection is read as Airflow reads it: as a URI or as JSON."""

import json

import pytest

from fapiao.errors import Unusable
from launcher.connections import POOL_VARIABLE, given_pool_url


def url_of(monkeypatch: pytest.MonkeyPatch, text: str) -> str | None:
    monkeypatch.setenv(POOL_VARIABLE, text)
    return given_pool_url()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("postgres://u:p%40s@db:5433/pool", "postgresql://u:p%40s@db:5433/pool"),
        ("postgresql://u@db/pool?sslmode=require", "postgresql://u@db/pool?sslmode=require"),
        (
            'postgres://u@db/pool?__extra__={"sslmode": "require", "cursor": "x"}',
            "postgresql://u@db/pool?sslmode=require",
        ),
        ("", None),
    ],
)
def test_a_uri_is_a_libpq_url_with_the_settings_libpq_knows(monkeypatch, text, url):
    assert url_of(monkeypatch, text) == url


def test_json_is_the_same_with_its_special_characters_quoted(monkeypatch):
    fields = {
        "conn_type": "postgres",
        "host": "db",
        "login": "u",
        "password": "p@/s",
        "schema": "pool",
        "extra": {"sslmode": "require"},
    }
    assert url_of(monkeypatch, json.dumps(fields)) == "postgresql://u:p%40%2Fs@db:5432/pool?sslmode=require"
    fields |= {"port": 6000, "extra": '{"sslmode": "disable"}'}
    assert url_of(monkeypatch, json.dumps(fields)) == "postgresql://u:p%40%2Fs@db:6000/pool?sslmode=disable"


@pytest.mark.parametrize(
    "text", ["mysql://u:secret@db/pool", "u:secret", '{"password": "secret"', '{"host": "secret"}']
)
def test_what_is_no_postgres_connection_is_refused_without_repeating_it(monkeypatch, text):
    with pytest.raises(Unusable, match=f"^{POOL_VARIABLE} ") as refused:
        url_of(monkeypatch, text)
    assert "secret" not in str(refused.value)
