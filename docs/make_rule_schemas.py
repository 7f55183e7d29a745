"""The JSON schemas of include/rules/schema, which editors use, out of the structs that declare the rules.

.venv/bin/python docs/make_rule_schemas.py
"""

import json
import pkgutil
import sys
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

PLUGINS = Path(__file__).resolve().parent.parent / "plugins"
sys.path[:0] = [folder for folder in [str(PLUGINS)] if folder not in sys.path]

import fapiao  # noqa: E402
from fapiao.rules.book import rulebook  # noqa: E402
from fapiao.rules.rule_file import RULES, RuleSections  # noqa: E402

SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
WIDTH = 110


def schemas() -> dict[str, str]:
    """The text of every schema by the name of its file."""
    # whoever declares the sections of a file, wherever it stands
    for module in pkgutil.walk_packages(fapiao.__path__, "fapiao."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    kinds = (kind for kind in RuleSections.__subclasses__() if kind.__module__.startswith("fapiao."))
    return {kind.file.replace(".yaml", ".json"): _text(kind) for kind in kinds}


def _text(kind: type[RuleSections]) -> str:
    _, rows = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    root = rows.pop(kind.__name__)
    return _lines(_whole({**SCHEMA, **root, "$defs": rows})) + "\n"


def _whole(found: Any) -> Any:
    """With what msgspec cannot say: the codes of a kind, and that a list has each value once."""
    if isinstance(found, list):
        return [_whole(one) for one in found]
    if not isinstance(found, dict):
        return found
    if isinstance(found.get("enum"), str):
        return {**found, "enum": list(rulebook().codes_of(found["enum"]))}
    if isinstance(told := found.get("description"), str):  # Python 3.13 keeps docstrings without their indent
        found = found | {"description": cleandoc(told)}
    once = {"uniqueItems": True} if found.get("type") == "array" and "$ref" not in found["items"] else {}
    return {key: _whole(one) for key, one in found.items()} | once


def _lines(found: Any, indent: str = "") -> str:
    """As JSON; what fits into a line stays on one."""
    flat = json.dumps(found, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(found, dict | list):
        return flat
    deeper, both = indent + "  ", "{}" if isinstance(found, dict) else "[]"
    pairs = found.items() if isinstance(found, dict) else (("", one) for one in found)
    parts = [f"{json.dumps(key, ensure_ascii=False)}: " * bool(key) + _lines(one, deeper) for key, one in pairs]
    return f"{both[0]}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{both[1]}"


if __name__ == "__main__":
    for name, text in schemas().items():
        (RULES / "schema" / name).write_text(text, encoding="utf-8")
