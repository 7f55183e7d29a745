"""What stands on a DAG's page: names, tags, schedule and windows in words, sources, where to look further."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fapiao.bounds import bound
from fapiao.dag_texts.catalogue import CALENDAR, BasisTexts, DagTexts, WindowTexts, catalogue, dag_texts, task_texts
from fapiao.dag_texts.schedule import schedule_in_english, schedule_in_words
from fapiao.rules.book import rulebook
from fapiao.rules.calendar import CalendarRule


@dataclass(frozen=True, slots=True)
class DagCard:
    """A DAG as people see it; hours are after how long a task's execution and a whole run are ended."""

    name: str
    english: str
    owner: str
    tags: tuple[str, ...]
    what: str
    about: str
    crons: tuple[str, ...]
    source: str
    rules: tuple[CalendarRule, ...]
    runs: int
    task_hours: int
    run_hours: int
    pool: str

    @property
    def summary(self) -> str:
        """One line: when, and what; of the calendar in the manual's own words."""
        return f"{schedule_in_words(self.crons)}：{self.rules[0].text if self.rules else self.what}"


def dag_card(dag_id: str) -> DagCard:
    """The card of a DAG. Raises KeyError for one that neither calendar.yaml nor dags.yaml names."""
    rules = tuple(rule for rule in rulebook().calendar if rule.dag_id == dag_id)
    if not rules:
        texts = dag_texts(dag_id)
        return _card(texts, texts.name, texts.english, texts.crons, f"{texts.source}：{texts.text}", ())
    texts, first = dag_texts(CALENDAR), rules[0]
    names = {"channel": rulebook().channels[first.channel].label, "label": first.label}
    source = f"{first.source}：{first.text}"
    name, english = texts.name.format(**names), texts.english.format(channel=first.channel, label=first.job)
    return _card(texts, name, english, first.crons, source, rules)


def _card(
    texts: DagTexts, name: str, english: str, crons: Sequence[str], source: str, rules: tuple[CalendarRule, ...]
) -> DagCard:
    channels = dict.fromkeys(rulebook().channels[rule.channel].label for rule in rules)
    return DagCard(
        name,
        english,
        texts.owner,
        (*channels, texts.kind, *texts.readers, *texts.tags),
        texts.what,
        texts.about,
        tuple(crons),
        source,
        rules,
        texts.runs,
        texts.task_hours or bound("task_hours").value,
        texts.run_hours or bound("run_hours").value,
        texts.pool,
    )


def dag_doc(dag_id: str) -> str:
    """The page's text in Markdown: Chinese, then English."""
    card = dag_card(dag_id)
    return "\n\n".join(
        [
            f"### {card.name}",
            card.what,
            _list(_about(card)),
            f"*{card.english}* · {card.about} It fires {schedule_in_english(card.crons)}.{_asks_for(card.rules)}",
        ]
    )


def _asks_for(rules: Iterable[CalendarRule]) -> str:
    """The sentence that names the windows in English; nothing for a DAG that has none."""
    named = dict.fromkeys(f"{window.english}, by {basis.english}" for window, basis in map(_window_texts, rules))
    return f" Download windows: {'; '.join(named)}." if named else ""


def _about(card: DagCard) -> Iterator[str]:
    yield f"运行时间：{schedule_in_words(card.crons)}"
    yield from (f"下载期间：{line}" for line in windows(card.rules))
    yield f"依据：{card.source}"
    yield f"负责：{card.owner}；标签：{'、'.join(card.tags)}"
    hours = f"一次执行 {card.task_hours} 小时，一次运行 {card.run_hours} 小时"
    yield f"超时：{hours}；超时只结束进程，任务记录保留，由扫尾继续"
    yield "任务与结果：`./fapiao log`，参数见 `./fapiao log --help`"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def windows(rules: Iterable[CalendarRule]) -> list[str]:
    """What each row of the calendar asks for: direction, documents, days and what the days mean."""
    return list(dict.fromkeys(_window(rule, direction) for rule in rules for direction in rule.documents))


def _window(rule: CalendarRule, direction: str) -> str:
    book, (window, basis) = rulebook(), _window_texts(rule)
    labels = book.codes_of("document")
    documents = "、".join(labels.get(one, one) for one in rule.documents[direction])  # type: ignore[index]
    return f"{book.codes_of('direction')[direction]}{documents}，{window.name}（按{basis.name}）"


def _window_texts(rule: CalendarRule) -> tuple[WindowTexts, BasisTexts]:
    """The window of a row of the calendar in words, and what its days mean."""
    texts = catalogue()
    window = next(row for row in texts.windows if row.window == rule.window)
    return window, next(row for row in texts.bases if row.basis == rule.basis)


def task_name(task_id: str) -> str:
    """The name of a task; one of a channel carries the channel's label."""
    texts = task_texts(task_id)
    if texts is None:
        return task_id
    channel = task_id.removeprefix(texts.task).removeprefix("_")
    return f"{texts.name}·{rulebook().channels[channel].label}" if channel in rulebook().channels else texts.name


def task_doc(task_id: str, dag_id: str) -> str:
    """What a task of a DAG does, when, for which windows, by whose sentence; of a DAG of others only what it does."""
    texts = task_texts(task_id)
    try:
        about = _list(_about(dag_card(dag_id)))
    except KeyError:
        about = ""
    what = [f"### {task_name(task_id)}", texts.what] if texts else []
    english = [f"*{texts.english}* · {texts.about}"] if texts else []
    return "\n\n".join(part for part in (*what, about, *english) if part)
