"""The ticks of a day, out of the crons of the calendar's DAGs, as a scheduler reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from croniter import croniter

from company_group import CHANNELS
from fapiao.rules.book import rulebook
from world import at


@dataclass(frozen=True)
class Tick:
    """One firing of one DAG."""

    dag: str
    channel: str
    job: str
    fired: datetime
    many_a_day: bool

    @property
    def run(self) -> str:
        """The run's name in Airflow's manner."""
        return f"scheduled__{self.fired.isoformat()}"

    @property
    def name(self) -> str:
        """What tells it from the others of its DAG: its day, or its minute where there are several a day."""
        return f"{self.fired:%Y-%m-%dT%H:%M}" if self.many_a_day else f"{self.fired:%Y-%m-%d}"

    def order(self) -> dict[str, object]:
        """What its workers are told."""
        return {
            "dag": self.dag, "run": self.run, "channel": self.channel, "job": self.job,
            "fired": self.fired.isoformat(), "many_a_day": self.many_a_day,
        }  # fmt: skip


def ticks(day: date) -> list[Tick]:
    """Everything that fires on a day, in order."""
    return sorted(_ticks(day), key=lambda one: (one.fired, one.dag))


def _ticks(day: date) -> Iterator[Tick]:
    midnight = at(day, 0)
    for job in rulebook().jobs(CHANNELS):
        for cron in job.crons:
            fired = croniter(cron, midnight - timedelta(seconds=1)).get_next(datetime)
            if fired.date() == day:
                yield Tick(job.dag_id, job.channel, job.job, fired, len(job.crons) > 1)
