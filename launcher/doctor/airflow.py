"""Airflow: which one it is, and whether the stack of this home runs and is well."""

from importlib.metadata import version

from launcher.airflow_env import metadata_is_prepared
from launcher.doctor.findings import Finding, absent, well, wrong
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
    if not metadata_is_prepared():
        return absent("airflow", f"{said}, never started here", "./fapiao up")
    return absent("airflow", f"{said}, stopped", "./fapiao up")
