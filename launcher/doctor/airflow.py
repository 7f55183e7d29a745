"""Airflow: which one it is, and whether the stack of this home, or a scheduler of given metadata, is at work."""

from importlib.metadata import version

from fapiao.errors import Unusable
from fapiao.texts.catalogue import listed, sentence
from launcher.airflow_env import METADATA, metadata_is_given, metadata_is_prepared, scheduler_at_work
from launcher.doctor.findings import Finding, absent, doubtful, well, wrong
from launcher.stack import known_stack, running_stack

MIGRATE = "airflow db migrate"


def airflow() -> Finding:
    """A stack that stands still is no fault; one that is not healthy, or was killed, is."""
    number, stack = version("apache-airflow-core"), running_stack()
    if stack:
        unhealthy = stack.troubled()
        if unhealthy:
            said = sentence("doctor.airflow_unhealthy", version=number, url=stack.url, names=listed(unhealthy))
            return wrong("airflow", said, "./fapiao status")
        return well("airflow", sentence("doctor.airflow_well", version=number, url=stack.url))
    known = known_stack()
    left = [name for name, part in known.parts.items() if part.alive] if known else []
    if left:
        return wrong("airflow", sentence("doctor.airflow_killed", version=number, names=listed(left)), "./fapiao down")
    if metadata_is_given():
        return _given(number)
    if not metadata_is_prepared():
        return absent("airflow", sentence("doctor.airflow_never", version=number), "./fapiao up")
    return absent("airflow", sentence("doctor.airflow_stopped", version=number), "./fapiao up")


def _given(number: str) -> Finding:
    """Somebody else's scheduler works on metadata that are given, or this home's own that stands still."""
    try:
        if not metadata_is_prepared():
            return absent("airflow", sentence("doctor.metadata_empty", version=number), MIGRATE)
        if scheduler_at_work():
            return well("airflow", sentence("doctor.scheduler_works", version=number))
    except Unusable as refused:
        return wrong("airflow", str(refused), sentence("doctor.start_server", variable=METADATA))
    return doubtful("airflow", sentence("doctor.no_scheduler", version=number), sentence("doctor.start_scheduler"))
