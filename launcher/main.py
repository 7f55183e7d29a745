"""The command line: the table of commands, and what a person reads when one of them cannot go on."""

import argparse
import errno
import importlib
import keyword
import os
import sys
import time
import traceback
from collections.abc import Iterator
from types import ModuleType

from fapiao.errors import BadInput, FapiaoError
from fapiao.nearest import nearest
from fapiao.shown import visible_lines
from fapiao.text_table import cut
from fapiao.texts.catalogue import listed, sentence, sentences
from fapiao.texts.language import language_of, spoken_by_all
from launcher.argparse_words import translated
from launcher.ending import EndedBySignal, told, unwind
from launcher.entrance import entering
from launcher.guard import close_guard
from launcher.guarded_output import guarded_output, print_line
from launcher.help_layout import CommandParser
from launcher.home import logs
from launcher.screen import screen_width
from launcher.streams import speak_utf8

COMMANDS = (
    "demo",
    "test",
    "up",
    "down",
    "status",
    "doctor",
    "run",
    "calendar",
    "taxpayers",
    "schemes",
    "entries",
    "receive",
    "params",
    "key-elements",
    "import",
    "backfill",
    "select",
    "log",
    "export",
    "template",
    "files",
    "fetch",
    "retry",
    "void",
    "rights",
    "db",
    "bench",
)
HIDDEN = ("supervise",)
NOT_IN_THE_IMAGE = ("simulator", "bench")
INTERRUPTED = 130
HELP_BEGINS_AT = 15
"""Cells before the sentence of a command in the table of all."""


def main(words: list[str]) -> int:
    """Run one command line; returns its exit code. 1 = refused with a sentence, 2 = not understood."""
    speak_utf8()
    with guarded_output(), spoken_by_all(language_of(os.environ)), translated():
        try:
            return _flushed(words)
        except FapiaoError as refused:
            return _complain(str(refused))


def _flushed(words: list[str]) -> int:
    """What a command, or the help that ended it, has printed is out, or Unusable says why it cannot be."""
    try:
        return _dispatched(words)
    finally:
        _flush()


def _flush() -> None:
    """Whoever read our output may have seen enough: that is no error, not even at the interpreter's own last flush."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatched(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(table())
        return 0
    if odd := [word for word in words if any("\udc80" <= sign <= "\udcff" for sign in word)]:
        print_line(sentence("command_line.no_utf8", words=listed(odd)), sys.stderr)
        return 2
    name, rest = words[0], words[1:]
    if name not in COMMANDS + HIDDEN:
        print_line(_unknown(name), sys.stderr)
        return 2
    unwind()
    return _guarded(name, rest)


def module_of(command: str) -> ModuleType:
    """The module behind a command, imported now."""
    return importlib.import_module(f"launcher.commands.{_file(command)}")


def _file(command: str) -> str:
    name = command.replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


def _unknown(name: str) -> str:
    near = nearest(name, COMMANDS)
    meant = sentence("command_line.meant", name=near[0]) if near else ""
    return sentence("command_line.no_command", name=name, names=listed(COMMANDS)) + meant


def help_of(command: str) -> str:
    """What a command is for, in a line."""
    return sentence(f"help.{command}")


def examples_of(command: str) -> str | None:
    """How it is called, in a line or two of a shell; None where nothing needs to be shown."""
    lines = sentences("examples").get(command)
    return sentence("command_line.examples", lines=sentence(f"examples.{command}")) if lines else None


def table() -> str:
    """Every command with its sentence."""
    lines = [line for name in COMMANDS for line in _row(name)]
    head, foot = (_folded(sentence(key), 0) for key in ("command_line.head", "command_line.foot"))
    return "\n".join([*head, "", sentence("command_line.usage"), "", *lines, "", *foot])


def _row(command: str) -> Iterator[str]:
    """A command and its sentence, in the lines that a terminal has room for; a program reads one."""
    for number, line in enumerate(_folded(help_of(command), HELP_BEGINS_AT)):
        yield f"  {'' if number else command:<12} {line}"


def _folded(told: str, begins_at: int) -> list[str]:
    width = screen_width()
    return [told] if width is None else [line.rstrip() for line in cut(told, width - begins_at)]


def parser_of(command: str, module: ModuleType) -> argparse.ArgumentParser:
    """What reads the words behind a command, and prints its --help."""
    parser = CommandParser(prog=f"./fapiao {command}", description=help_of(command), epilog=examples_of(command))
    module.add_arguments(parser)
    return parser


def _guarded(name: str, rest: list[str]) -> int:
    try:
        module = module_of(name)
        parser = parser_of(name, module)
        arguments = _parsed(module, parser, rest)
        with entering(name, parser, arguments):
            code = _run(module, arguments)
    except BadInput as refused:
        return _complain(_as_told(refused))
    except FapiaoError as refused:
        return _complain(str(refused))
    except KeyboardInterrupt:
        _complain(sentence("command_line.interrupted"))
        return INTERRUPTED
    except EndedBySignal as ended:
        _complain(told(ended))
        raise
    except BrokenPipeError:
        return 0
    except Exception as failure:
        return _complain(_unexpected(name, failure))
    return code


def _run(module: ModuleType, arguments: argparse.Namespace) -> int:
    """Whatever is said afterwards, nothing that the command started runs any more."""
    try:
        code = int(module.run(arguments))
        sys.stdout.flush()
        return code
    finally:
        close_guard()


def _parsed(module: ModuleType, parser: argparse.ArgumentParser, rest: list[str]) -> argparse.Namespace:
    """A command that hands words on to another program takes those it does not know itself."""
    if not getattr(module, "PASSES_ON", False):
        return parser.parse_args(rest)
    arguments, others = parser.parse_known_args(rest)
    arguments.others = others
    return arguments


def _as_told(refused: BadInput) -> str:
    from fapiao.rules.book import rulebook  # noqa: PLC0415 the rules are read when something is refused

    return rulebook().as_told(str(refused))


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _unexpected(name: str, failure: Exception) -> str:
    if isinstance(failure, OSError) and failure.errno == errno.ENOSPC:
        return sentence("command_line.disk_full")
    if isinstance(failure, ModuleNotFoundError) and failure.name in NOT_IN_THE_IMAGE:
        return sentence("command_line.not_in_the_image", name=name, folder=failure.name)
    if "psycopg" in sys.modules and (said := _of_the_pool(failure)):
        return sentence("command_line.because", name=name, what=said)
    file = logs() / f"error-{name}-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.log"
    file.touch(mode=0o600)
    file.write_text(_details(failure), encoding="utf-8")
    return sentence("command_line.unexpected", name=name, kind=type(failure).__name__, file=file)


def _details(failure: Exception) -> str:
    from fapiao.masking import masked_text  # noqa: PLC0415 every command would read its rules

    return visible_lines(masked_text("".join(traceback.format_exception(failure))))


def _of_the_pool(failure: Exception) -> str:
    """What is said where the pool ended the work, or has gone; nothing where the failure is our own."""
    from hooks.pool.faults import is_of_the_database, limit_of  # noqa: PLC0415 every command would read the rules
    from hooks.pool.roles import lacks_rights  # noqa: PLC0415 as above

    if limit := limit_of(failure):
        return sentence("command_line.again", what=limit.said())
    if said := lacks_rights(failure):
        return said
    if not is_of_the_database(failure):
        return ""
    reason = " ".join(str(failure).split())
    return sentence("command_line.pool_stopped", reason=reason)
