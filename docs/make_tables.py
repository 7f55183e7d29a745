"""Rewrites the tables of docs/ and, in Chinese, of docs/zh/ from the rules, DAG files and commands they describe.

.venv/bin/python docs/make_tables.py            writes them again
.venv/bin/python docs/make_tables.py --check    names the pages that are out of date, and ends with 1
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(folder) for folder in (ROOT, ROOT / "plugins") if str(folder) not in sys.path]

from fapiao.dag_texts.cards import dag_card  # noqa: E402
from fapiao.dag_texts.catalogue import CALENDAR, catalogue  # noqa: E402
from fapiao.errors import RuleError  # noqa: E402
from fapiao.pool_columns.reading import load_fields  # noqa: E402
from fapiao.pool_columns.records import TARGETS, Field  # noqa: E402
from fapiao.rules.book import rulebook  # noqa: E402
from fapiao.rules.calendar import CalendarRule  # noqa: E402
from fapiao.rules.records import Code  # noqa: E402
from fapiao.rules.words import UsedWord, words  # noqa: E402
from fapiao.texts.catalogue import Sentence, places, sentence_in, sentences  # noqa: E402
from fapiao.texts.language import Language  # noqa: E402
from launcher import main as line  # noqa: E402

_TABLE = re.compile(r"(?P<begin><!-- table: (?P<name>[a-z-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)
_NEVER_WRITTEN = ("identity", "business", "bookkeeping")
_NOTHING = "—"

Row = Sequence[object]


def _word(language: Language, key: str, **values: object) -> str:
    """What docs/table_words.yaml has under this key, with its values; raises KeyError for an unknown one."""
    row = sentences("table_words", DOCS)[key]
    return (row.zh if language == "zh" else row.en).format(**values)


def table(headings: Sequence[str], rows: Iterable[Row]) -> str:
    """A Markdown table; cells lose their line ends, and their bars are escaped."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(_cell(value) for value in row) + " |\n" for row in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def headed(language: Language, headings: str, rows: Iterable[Row]) -> str:
    """A table whose headings are words, named by their keys with blanks between them."""
    return table([_word(language, key) for key in headings.split()], rows)


def commands(language: Language = "en") -> str:
    """Every command with the sentence its --help begins with."""
    rows = ((f"`./fapiao {name}`", sentence_in(language, f"help.{name}")) for name in line.COMMANDS)
    return headed(language, "command what_it_does", rows)


def dags(language: Language = "en") -> str:
    """Every DAG with the name that Airflow's pages show, its tags, when it fires, and the sentence it comes from."""
    written = sorted(row.dag for row in catalogue().dags if row.dag != CALENDAR)
    dag_ids = [*(job.dag_id for job in rulebook().jobs(channels=channels())), *written]
    return headed(language, "dag shown_as tags cron what", (_dag(language, dag_id) for dag_id in dag_ids))


def _dag(language: Language, dag_id: str) -> Row:
    card = dag_card(dag_id)
    fires = _crons(card.crons) or _word(language, "by_form")
    about = card.what if language == "zh" else card.about
    return f"`{dag_id}`", card.name, "、".join(card.tags), fires, card.source if card.rules else about


def dag_fields(language: Language = "en") -> str:
    """Every field of every form of a DAG: what it is called, and its hint."""
    rows = (
        (f"`{row.form}`", f"`{name}`", one.label, one.note if language == "zh" else one.english)
        for row in catalogue().forms
        for name, one in row.fields.items()
    )
    return headed(language, "form parameter label what", rows)


def calendar(language: Language = "en") -> str:
    """Every calendar row of the channels that have a hook: when it plans, what, and for which window."""
    rows = (_planned(language, rule) for rule in rulebook().calendar if rule.channel in channels())
    return headed(language, "rule dag due documents window basis counter", rows)


def _planned(language: Language, rule: CalendarRule) -> Row:
    colon, comma, semicolon = (_word(language, mark) for mark in ("colon", "and", "semicolon"))
    documents = (
        f"{_called(language, direction)}{colon}{comma.join(_called(language, document) for document in found)}"
        for direction, found in rule.documents.items()
    )
    due = _word(language, "day", day=rule.due) if isinstance(rule.due, int) else _word(language, f"due_{rule.due}")
    window, basis = _called(language, rule.window), _called(language, rule.basis)
    counter = _word(language, f"counter_{rule.counter}") if rule.counter else _NOTHING
    return f"`{rule.id}`", f"`{rule.dag_id}`", due, semicolon.join(documents), window, basis, counter


def _called(language: Language, code: str) -> str:
    """A code of calendar.yaml in the language of the page: itself, or its Chinese name."""
    return _chinese_names()[code] if language == "zh" else code


@cache
def _chinese_names() -> Mapping[str, str]:
    codes = {one.code: one.label for one in rulebook().codes if one.kind in ("direction", "document")}
    return {
        **codes,
        **{one.window: one.name for one in catalogue().windows},
        **{one.basis: one.name for one in catalogue().bases},
    }


def _crons(crons: Iterable[str]) -> str:
    return ", ".join(f"`{cron}`" for cron in crons)


def channels() -> tuple[str, ...]:
    """The channels that have a hook. Airflow comes with the hooks and wants a home; it gets one that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("AIRFLOW_HOME", folder)
        from hooks.channels.download_channels import DOWNLOAD_CHANNELS  # noqa: PLC0415 after the line above

    return tuple(DOWNLOAD_CHANNELS)


def codes(language: Language = "en") -> str:
    """Every code of statuses.yaml by kind; what a person may ask for is said of task statuses only."""
    kinds = dict.fromkeys(code.kind for code in rulebook().codes)
    return "\n".join(f"{_word(language, 'kind_heading', kind=kind)}\n\n{_codes_of(language, kind)}" for kind in kinds)


def _codes_of(language: Language, kind: str) -> str:
    mine = [code for code in rulebook().codes if code.kind == kind]
    if kind != "status":
        return headed(language, "code label", ((f"`{code.code}`", code.label) for code in mine))
    return headed(language, "code label final actions", (_status(language, code) for code in mine))


def _status(language: Language, code: Code) -> Row:
    actions = _word(language, "and").join(_word(language, f"action_{action}") for action in code.actions)
    return f"`{code.code}`", code.label, _word(language, "yes" if code.final else "no"), actions or _NOTHING


def error_codes(language: Language = "en") -> str:
    """Every code of ours: what it means, what to do, and whether a row that says it goes on by itself."""
    rows = (
        (
            f"`{code}`",
            sentence_in(language, f"codes.{code}"),
            sentence_in(language, f"advice.{code}"),
            _word(language, "yes" if row.goes_on else "no"),
        )
        for code, row in sorted(sentences("codes").items())
    )
    return headed(language, "code means to_do goes_on", rows)


def left_out(language: Language = "en") -> str:
    """Every reason for which the plan leaves out what the calendar names; dots stand for its values."""
    rows = ((f"`{code}`", _without_values(language, row)) for code, row in sorted(sentences("left_out").items()))
    return headed(language, "code means", rows)


def _without_values(language: Language, row: Sentence) -> str:
    return (row.zh if language == "zh" else row.en).format(**dict.fromkeys(places(row.zh), "…"))


def columns(language: Language = "en") -> str:
    """Every column of pool.document."""
    rows = (_column(language, one) for one in load_fields().columns)
    return headed(language, "column label type group policy comes_from", rows)


def _column(language: Language, one: Field) -> Row:
    group = _word(language, f"group_{one.group}")
    return f"`{one.name}`", one.label, one.type, group, f"`{one.policy}`", _sources(language, one)


def _sources(language: Language, column: Field) -> str:
    """Wire fields with the kinds of payload that carry them."""
    kinds: dict[str, list[str]] = {}
    for kind, wire in column.sources.items():
        kinds.setdefault(f"`{wire}`", []).append(kind)
    for kind, value in column.constants.items():
        kinds.setdefault(_word(language, "always", value=value), []).append(kind)
    if kinds:
        return "; ".join(f"{wire} ({', '.join(names)})" for wire, names in kinds.items())
    if column.group in _NEVER_WRITTEN:
        return _word(language, f"never_written_{column.group}")
    offered = any(column in load_fields().of_target(target) for target in TARGETS)
    return _word(language, "worked_out" if offered else "not_sent")


def lines(language: Language = "en") -> str:
    """Every column of pool.line that a payload fills; the first wire field that is not empty wins."""
    rows = ((f"`{one.name}`", one.label, one.type, _alternatives(language, one.sources)) for one in load_fields().lines)
    return headed(language, "column label type comes_from", rows)


def _alternatives(language: Language, sources: Mapping[str, tuple[str, ...]]) -> str:
    choice = _word(language, "or")
    return "; ".join(f"{kind}: {choice.join(f'`{wire}`' for wire in wires)}" for kind, wires in sources.items())


def backwards(language: Language = "en") -> str:
    """The changes that are held and reported instead of made."""
    rows = ((f"`{row.column}`", row.current, ", ".join(row.offered)) for row in load_fields().backwards)
    return headed(language, "column pool_has refused", rows)


def used_words(language: Language = "en") -> str:
    """What every thing is called in all that people read, and what it is not called."""
    rows = ((one.word, one.english if language == "en" else one.meaning, _refused(language, one)) for one in words())
    return headed(language, "word meaning not_used", rows)


def _refused(language: Language, one: UsedWord) -> str:
    return "、".join([*one.not_used, *(_word(language, "by_itself", word=word) for word in one.no_label)])


TABLES: Mapping[str, Callable[[Language], str]] = {
    "commands": commands,
    "dags": dags,
    "dag-fields": dag_fields,
    "calendar": calendar,
    "codes": codes,
    "error-codes": error_codes,
    "left-out": left_out,
    "columns": columns,
    "lines": lines,
    "backwards": backwards,
    "used-words": used_words,
}


def stale(folder: Path = DOCS) -> dict[Path, str]:
    """The pages whose tables are not what they describe, with the text they should have; Chinese in the folder zh.

    Raises KeyError for a page that asks for a table nobody makes.
    """
    found = {}
    for page in (*sorted(folder.glob("*.md")), *sorted((folder / "zh").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        language: Language = "en" if page.parent == folder else "zh"
        fresh = _TABLE.sub(partial(_made, language), text)
        if fresh != text:
            found[page] = fresh
    return found


def _made(language: Language, match: re.Match[str]) -> str:
    return f"{match['begin']}\n{TABLES[match['name']](language)}\n{match['end']}"


def main(words: Sequence[str]) -> int:
    """0 when every table is, or now is, what it describes; with --check 1 when one is not."""
    pages = stale()
    for page, text in pages.items():
        if "--check" in words:
            print(f"{page.relative_to(ROOT)} is out of date: run docs/make_tables.py", file=sys.stderr)
        else:
            page.write_text(text, encoding="utf-8")
            print(f"{page.relative_to(ROOT)} written")
    return int(bool(pages) and "--check" in words)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except RuleError as refused:
        sys.exit(str(refused))
