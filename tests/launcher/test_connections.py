"""A connection is read as Airflow reads it: as a URI or as JSON."""

import json

import pytest

from fapiao.errors import Unusable
from hooks.bureau.connection import BureauConnection, connection_of
from launcher.connections import POOL_VARIABLE, bureau_connection, given_pool_url


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
    "text",
    [
        "mysql://u:secret@db/pool",
        "u:secret",
        "postgresql://u:secret@[::1/pool",
        "postgresql://u:secret@db:port/pool",
        "postgresql://u:se%zzcret@db/pool",
        "postgresql://u:secret@db/pool?nosuch=secret",
        '{"password": "secret"',
        '{"host": "secret"}',
        '{"conn_type": "postgres", "host": "db", "port": "secret"}',
        '{"conn_type": "postgres", "host": "db", "extra": "secret"}',
    ],
)
def test_what_is_no_postgres_connection_is_refused_without_repeating_it(monkeypatch, text):
    with pytest.raises(Unusable, match=f"^{POOL_VARIABLE} ") as refused:
        url_of(monkeypatch, text)
    assert "secret" not in str(refused.value)


BUREAUS = [
    "leqi://JRDW:k%40y@https%3A%2F%2Fbureau.example/?sydwptbh=SYDW",
    "leqi://JRDW:key@bureau.example:8443/https?sydwptbh=SYDW&poll_seconds=1",
    "leqi://https://JRDW:key@bureau.example:8443/?__extra__=%7B%22sydwptbh%22%3A+%22U%22%2C+%22n%22%3A+1%7D",
    "bureau-gateway://app@bureau.example",
    '{"conn_type": "leqi", "host": "https://bureau.example", "login": "JRDW", "password": "key", "extra": {"n": 1}}',
    '{"conn_type": "leqi", "host": "bureau.example", "schema": "http", "port": "80", "extra": "{\\"n\\": 1}"}',
    '{"conn_type": "leqi", "host": "https://bureau.example"}',
]


@pytest.mark.parametrize("text", BUREAUS)
def test_the_connection_to_a_bureau_is_read_as_airflow_reads_it(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_BUREAU", text)
    assert base_of(bureau_connection("AIRFLOW_CONN_BUREAU", text)) == base_of(connection_of("bureau"))


def base_of(known: BureauConnection) -> tuple[object, ...]:
    """What a session takes of it."""
    return known.name, known.base_url, known.login, known.password, dict(known.extra)


@pytest.mark.parametrize("text", ['{"password": "secret"', '{"extra": "secret"}', "leqi://a:secret@x:port"])
def test_what_is_no_connection_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Unusable, match=r"^AIRFLOW_CONN_LEQI is neither a URI nor JSON") as refused:
        bureau_connection("AIRFLOW_CONN_LEQI", text)
    assert "secret" not in str(refused.value)


def test_a_key_is_in_no_repr() -> None:
    assert "secret" not in repr(bureau_connection("AIRFLOW_CONN_LEQI", "leqi://a:secret@x?encoding_key=secret"))
