"""Whose settings of Airflow win: what the user sets as AIRFLOW__…, but for what the launcher must set itself."""

from collections.abc import Mapping

from fapiao.texts.catalogue import listed, sentence

PREFIX = "AIRFLOW__"
WAYS = ("", "_CMD", "_SECRET")
"""A setting may be its value, or the command or secret that holds it."""
OLDER_NAMES = {
    "AIRFLOW__API__BASE_URL": "AIRFLOW__WEBSERVER__BASE_URL",
    "AIRFLOW__API__HOST": "AIRFLOW__WEBSERVER__WEB_SERVER_HOST",
    "AIRFLOW__API__PORT": "AIRFLOW__WEBSERVER__WEB_SERVER_PORT",
    "AIRFLOW__API__SECRET_KEY": "AIRFLOW__WEBSERVER__SECRET_KEY",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "AIRFLOW__WORKERS__EXECUTION_API_SERVER_URL",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "AIRFLOW__CORE__SQL_ALCHEMY_CONN",
}
"""Names that Airflow still understands, where we set the new one."""
SECRETS_BACKENDS = ("AIRFLOW__SECRETS__BACKEND", "AIRFLOW__WORKERS__SECRETS_BACKEND")


def spellings(name: str) -> list[str]:
    """Every variable by which the setting can be given."""
    return [known + way for known in (name, OLDER_NAMES.get(name, name)) for way in WAYS]


def is_given(name: str, environment: Mapping[str, str]) -> bool:
    """Whether the user gave the setting in any of its spellings."""
    return any(spelling in environment for spelling in spellings(name))


def merged(user: Mapping[str, str], defaults: Mapping[str, str], fixed: Mapping[str, str]) -> dict[str, str]:
    """The user's environment with our defaults where he says nothing, and with what is fixed whatever he says."""
    ours = {name: value for name, value in defaults.items() if not is_given(name, user)}
    dropped = {spelling for name in fixed for spelling in spellings(name)}
    return {name: value for name, value in user.items() if name not in dropped} | ours | dict(fixed)


def told_about(user: Mapping[str, str], fixed: Mapping[str, str]) -> list[str]:
    """What is told about the settings that the user gave: which are used, which are not and why; no value is shown."""
    unused = {one for name, value in fixed.items() for one in spellings(name) if user.get(one, value) != value}
    used = sorted(name for name in user if name.startswith(PREFIX) and name not in unused)
    told = [sentence("runs.set_here", name=name) for name in sorted(unused)]
    return [*told, *([sentence("runs.as_set", names=listed(used))] if used else [])]
