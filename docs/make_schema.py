"""Writes docs/schema.sql, the whole current schema to read, from a database that is migrated for it.

.venv/bin/python docs/make_schema.py            writes it again
.venv/bin/python docs/make_schema.py --check    ends with 1 when it is out of date

The comment at its head is kept: it is written by hand.
"""

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(folder) for folder in (ROOT, ROOT / "plugins") if str(folder) not in sys.path]

import psycopg  # noqa: E402

from hooks.pool.migrations import migrate  # noqa: E402
from launcher.accounts import account_for  # noqa: E402
from launcher.postgres import EmbeddedPostgres  # noqa: E402
from launcher.programs import Programs  # noqa: E402

PAGE = DOCS / "schema.sql"
MARK = "-- From here on written by docs/make_schema.py.\n"
SCHEMAS = ("enterprise", "sync", "pool", "fapiao")
KINDS = ("SCHEMA", "TYPE", "SEQUENCE", "TABLE", "FUNCTION", "VIEW")
"""What stands by itself, in this order; anything else is about one of them."""
_HEADING = re.compile(r"^--\n-- Name: .*; Type: (?P<kind>[A-Z ]+); Schema: .*\n--\n\n", re.MULTILINE)
_OWNER = re.compile(rf"\b(?:{'|'.join(SCHEMAS)})\.\w+")
_COMMENT = re.compile(r"COMMENT ON (?P<kind>\w+) (?P<what>.+) IS '(?P<text>.*)';", re.DOTALL)
_SHORTER = {
    r"AS IDENTITY \(.*?\n\)": "AS IDENTITY",
    "\n    ADD (?=CONSTRAINT|GENERATED)": " ADD ",
    r"'::text\b(?!\[)": "'",
    r"\btimestamp with time zone\b": "timestamptz",
}


@dataclass(frozen=True)
class Part:
    """One statement of pg_dump: what kind of thing it is about, the name of that thing or of its owner, the text."""

    kind: str
    owner: str
    text: str


def parts(dump: str) -> Iterator[Part]:
    """The statements of a dump of pg_dump, without its settings."""
    headings = list(_HEADING.finditer(dump))
    ends = [heading.start() for heading in headings[1:]] + [len(dump)]
    for heading, end in zip(headings, ends, strict=True):
        text = re.sub(r"^(SET .*|--.*|\\.*)$", "", dump[heading.end() : end], flags=re.MULTILINE).strip()
        owned = _OWNER.search(text)
        kind = "IDENTITY" if heading["kind"] == "SEQUENCE" and text.startswith("ALTER") else heading["kind"]
        yield Part(kind, owned[0] if owned else text.split()[-1].rstrip(";"), _shorter(text))


def _shorter(text: str) -> str:
    """The same statement without what is said in every other one."""
    for long, short in _SHORTER.items():
        text = re.sub(long, short, text, flags=re.DOTALL)
    return text


def readable(dump: str) -> str:
    """The statements schema by schema, each thing below its comment and followed by what is about it."""
    found = list(parts(dump))
    return "\n".join(_whole(part, found) for schema in SCHEMAS for part in _things(found, schema))


def _things(found: Iterable[Part], schema: str) -> list[Part]:
    mine = [part for part in found if part.kind in KINDS and part.owner.partition(".")[0] == schema]
    return sorted(mine, key=lambda part: (KINDS.index(part.kind), part.owner))


def _whole(thing: Part, found: Iterable[Part]) -> str:
    about = [part for part in found if part.kind not in KINDS and part.owner == thing.owner]
    comments = [_COMMENT.fullmatch(part.text.replace("''", "'")) for part in about if part.kind == "COMMENT"]
    said = [(one["kind"], one["what"].rpartition(".")[2], one["text"]) for one in comments if one]
    own = [f"-- {line}\n" for kind, _, text in said if kind == thing.kind for line in wrap(text, 116)]
    columns = {name: text for kind, name, text in said if kind == "COLUMN"}
    text = "\n".join(_beside(line, columns) for line in thing.text.splitlines())
    rest = [f"{part.text}\n" for part in about if part.kind != "COMMENT"]
    return "".join([*own, f"{text}\n", *rest])


def _beside(line: str, columns: dict[str, str]) -> str:
    """A line of CREATE TABLE with the comment of its column."""
    name = re.match(r" {4}(\w+) ", line)
    return f"{line}  -- {columns[name[1]]}" if name and name[1] in columns else line


def dump(server: EmbeddedPostgres, database: str) -> str:
    """The schema of a migrated database, to read."""
    wanted = ("-s", "--no-owner", "--no-privileges", *(word for schema in SCHEMAS for word in ("-n", schema)))
    done = Programs(account_for(server.data)).run("pg_dump", *wanted, "-d", server.url(database))
    if done.returncode:
        raise RuntimeError(done.stderr)
    return readable(done.stdout)


def page(schema: str) -> str:
    """The page with this schema below its head."""
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return f"{head}{MARK}\n{schema}"


def _fresh() -> str:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start()
        try:
            server.ensure_database("schema")
            with psycopg.connect(server.url("schema"), autocommit=True) as connection:
                migrate(connection)
            return dump(server, "schema")
        finally:
            server.stop()


def main(words: Sequence[str]) -> int:
    """0 when the page is, or now is, the schema; with --check 1 when it is not."""
    fresh = page(_fresh())
    if fresh == PAGE.read_text(encoding="utf-8"):
        return 0
    if "--check" in words:
        print("docs/schema.sql is out of date: run docs/make_schema.py", file=sys.stderr)
        return 1
    PAGE.write_text(fresh, encoding="utf-8")
    print("docs/schema.sql written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
