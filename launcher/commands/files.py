"""`./fapiao files`: the layout files (版式文件) of an invoice: listed, taken out byte for byte, brought by a user."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from fapiao.bounds import bound
from fapiao.closed_lists import code_of
from fapiao.errors import BadInput, Unusable
from fapiao.identifiers import one_spelling
from fapiao.layout.media import MEDIA_TYPES, SUFFIXES
from fapiao.queries import query
from fapiao.rules.spellings import folded
from fapiao.texts.catalogue import sentence, sentences
from fapiao.whole_file import read_whole
from hooks.enterprise.permissions import allowed_organisations
from hooks.exports.rows import note_export
from hooks.exports.written_whole import written_whole
from hooks.files.store import FileStore, file_store
from hooks.files.user_files import StoredUpload, add_files, holder_of
from launcher.actor import actor_of, add_actor
from launcher.guarded_output import print_line
from launcher.options import add_json
from launcher.people_table import show_rows
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows

SHOWN = ("taxpayer_no", "direction", "file_type", "source", "size", "stored_at", "superseded_at", "batch_no", "sha256")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which invoice, which files, and where to."""
    word = {name: sentence(f"placeholders.{name}") for name in ("invoice_number", "taxpayer", "folder", "file")}
    said = {name: sentence(f"files_options.{name}") for name in sentences("files_options")}
    parser.add_argument("invoice_no", type=one_spelling, metavar=word["invoice_number"], help=said["invoice_no"])
    parser.add_argument("--taxpayer", type=one_spelling, metavar=word["taxpayer"], help=said["taxpayer"])
    parser.add_argument("--type", type=folded, choices=tuple(MEDIA_TYPES), help=said["type"])
    parser.add_argument("--history", action="store_true", help=said["history"])
    parser.add_argument("--out", type=Path, metavar=word["folder"], help=said["out"])
    parser.add_argument("--add", type=Path, nargs="+", metavar=word["file"], help=said["add"])
    parser.add_argument("--direction", metavar=sentence("placeholders.direction"), help=said["direction"])
    add_json(parser)
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Lists, and writes where a folder is named, or adds; 1 when the invoice has no such file, or keeps its own."""
    return _add(arguments) if arguments.add else _list(arguments)


def _add(arguments: argparse.Namespace) -> int:
    files = {str(path): read_whole(path, bound("layout_file_bytes").value) for path in arguments.add}
    direction = arguments.direction and code_of("direction", arguments.direction)
    with pool_session(autocommit=True) as connection:
        holder = holder_of(connection, arguments.invoice_no, arguments.taxpayer, direction)
        done = add_files(connection, file_store(), holder, files, actor_of(arguments))
    for one in done:
        print_line(_added(one, as_json=arguments.json))
    return 1 if any(one.outcome == "kept" for one in done) else 0


def _added(one: StoredUpload, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(asdict(one), ensure_ascii=False, default=str)
    values = {"name": one.name, "kind": one.file_type, "sha256": one.sha256, "sentence": one.sentence}
    return sentence("files_command.added", **values)


def _list(arguments: argparse.Namespace) -> int:
    values = {"number": arguments.invoice_no, "taxpayer": arguments.taxpayer, "history": arguments.history}
    actor = actor_of(arguments)
    with reading_session(row_factory=dict_row) as connection:
        values["organisations"] = allowed_organisations(connection, actor, "export" if arguments.out else "view")
        rows = connection.execute(query("files", "of_invoice"), values).fetchall()
        rows = [row for row in rows if arguments.type in (None, row["file_type"])]
        if not rows:
            raise BadInput([_nothing(connection, values)])
    if arguments.json:
        print_rows(SHOWN, rows, as_json=True)
    else:
        _show(rows)
    if arguments.out:
        _take_out(arguments, rows, values)
    return 0


def _show(rows: list[dict[str, Any]]) -> None:
    show_rows("files", SHOWN, rows, nothing="")
    for row in rows:
        if row["problem"]:
            print_line(sentence("files_command.problem", kind=row["file_type"], problem=row["problem"]))


def _nothing(connection: psycopg.Connection[Any], values: dict[str, Any]) -> str:
    there, number = connection.execute(query("files", "invoice_is_there"), values).fetchone(), values["number"]
    if there and there["exists"]:
        return sentence("files_command.no_file", number=number)
    return sentence("files_command.no_invoice", number=number)


def _take_out(arguments: argparse.Namespace, rows: list[dict[str, Any]], chosen: dict[str, Any]) -> None:
    store, folder = file_store(), arguments.out
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with reading_session() as connection:
            for row in rows:
                file = _written(store, folder, row)
                note_export(connection, actor_of(arguments), 1, chosen | {"view": "layout_file"}, file)
                print_line(json.dumps({"file": str(file)}, ensure_ascii=False) if arguments.json else str(file))
    except OSError as error:
        raise Unusable(sentence("files_command.unwritable", folder=folder, reason=error.strerror)) from error


def _written(store: FileStore, folder: Path, row: dict[str, Any]) -> Path:
    """One file; what was replaced carries its hash, so that nothing is written over."""
    owner = f"{row['document_key']}_{row['direction']}_{row['taxpayer_no']}"
    old = f"_{row['sha256'][:12]}" if row["superseded_at"] else ""
    place = folder / f"{owner}{old}{SUFFIXES[row['file_type']]}"
    content = store.read(row["sha256"])
    with written_whole(place) as unfinished:
        unfinished.write_bytes(content)
    return place
