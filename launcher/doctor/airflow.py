"""Airflow: which one it is, and whether the stack of this home runs and is well."""

from importlib.metadata import version

from fapiao.texts.catalogue import listed, sentence
from launcher.airflow_env import metadata_is_prepared
from launcher.doctor.findings import Finding, absent, well, wrong
from launcher.stack import known_stack, running_stack


def airflow() -> Finding:
    """A stack that stands still is no fault; one that is not healthy, or was killed, is."""
    number, stack = version("apache-airflow-core"), running_stack()
    if stack:
        unhealthy = stack.unhealthy()
        if unhealthy:
            said = sentence("doctor.airflow_unhealthy", version=number, url=stack.url, names=listed(unhealthy))
            return wrong("airflow", said, "./fapiao status")
        return well("airflow", sentence("doctor.airflow_well", version=number, url=stack.url))
    known = known_stack()
    left = [name for name, part in known.parts.items() if part.alive] if known else []
    if left:
        return wrong("airflow", sentence("doctor.airflow_killed", version=number, names=listed(left)), "./fapiao down")
    if not metadata_is_prepared():
        return absent("airflow", sentence("doctor.airflow_never", version=number), "./fapiao up")
    return absent("airflow", sentence("doctor.airflow_stopped", version=number), "./fapiao up")
