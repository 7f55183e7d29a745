"""Airflow: which one it is, and whether the stack of this home, or a scheduler of given metadata, is at work."""

from importlib.metadata import version

from fapiao.errors import Unusable
from launcher.airflow_env import METADATA, metadata_is_given, metadata_is_prepared, scheduler_at_work
from launcher.doctor.findings import Finding, absent, doubtful, well, wrong
from launcher.stack import known_stack, running_stack


def airflow() -> Finding:
    """A stack that stands still is no fault; one that is not healthy, or was killed, is."""
    said, stack = f"Airflow {version('apache-airflow-core')}", running_stack()
    if stack:
        unhealthy = stack.unhealthy()
        if unhealthy:
            return wrong("airflow", f"{said} at {stack.url}, not healthy: {', '.join(unhealthy)}", "./fapiao status")
        return well("airflow", f"{said} at {stack.url}, healthy")
    known = known_stack()
    left = [name for name, part in known.parts.items() if part.alive] if known else []
    if left:
        return wrong("airflow", f"{said}, killed; left over: {', '.join(left)}", "./fapiao down")
    if metadata_is_given():
        return _given(said)
    if not metadata_is_prepared():
        return absent("airflow", f"{said}, never started here", "./fapiao up")
    return absent("airflow", f"{said}, stopped", "./fapiao up")


def _given(said: str) -> Finding:
    """Somebody else's scheduler works on metadata that are given, or this home's own that stands still."""
    try:
        if not metadata_is_prepared():
            return absent("airflow", f"{said}, nothing is in the metadata database that is given", "airflow db migrate")
        if scheduler_at_work():
            return well("airflow", f"{said}, a scheduler is at work on the metadata that are given")
    except Unusable as refused:
        return wrong("airflow", str(refused), f"start that server, or correct {METADATA}")
    return doubtful(
        "airflow", f"{said}, no scheduler is at work on the metadata that are given", "start it, or ./fapiao up"
    )
