"""What a task of a run came to: small JSON for programs, text for the log, and whether that makes the run red."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fapiao.dag_texts.catalogue import field_texts
from fapiao.shown import visible

Outcome = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]
MOST = 20
"""So many errors, names and reasons are listed; the log of the tasks has them all."""
BY_RULE = {"SMALL_SCALE": "small_scale_download", "NOT_OBTAINABLE": "not_obtainable"}
"""Codes of rows that were born failed, with their sentence of messages.yaml: a rule forbids to ask, so no run is to
blame."""
_COUNTS = {
    "downloaded": "下载",
    "inserted": "新增",
    "updated": "更新",
    "unchanged": "无变化",
    "ignored": "跳过",
    "refused": "未入池",
}


def outcome(handled: int, rows: Rows, failed: Rows, left_out: Rows = (), look: Sequence[str] = ()) -> Outcome:
    """How many rows were handled, and what they came to by status and error; lists have at most MOST entries.

    `failed_rows` are sentences, `look` commands that show more.
    """
    statuses: dict[str, int] = {}
    for row in rows:
        statuses[row["status"]] = statuses.get(row["status"], 0) + row["rows"]
    errors = [_plain(row, "status", "label", "code", "message", "rows") for row in rows if row["code"]]
    counts = {name: total for name in _COUNTS if (total := sum(int(row.get(name) or 0) for row in rows))}
    return {
        "handled": handled,
        "statuses": statuses,
        "labels": {row["status"]: row["label"] for row in rows},
        "documents": counts,
        "errors": errors[:MOST],
        "failed": sum(row["rows"] for row in rows if row["failed"] and not row["by_rule"]),
        "others": sum(row["rows"] for row in rows if not row["failed"]),
        "by_rule": sum(row["rows"] for row in rows if row["by_rule"]),
        "failed_rows": [_named(row) for row in failed][:MOST],
        "left_out": [_plain(row, "code", "reason", "rows") for row in left_out][:MOST],
        "look": [*look],
    }


def together(one: Outcome, other: Outcome, prefix: str, label: str) -> Outcome:
    """Both in one, the statuses of the other under a prefix."""
    return one | {
        "statuses": one["statuses"] | {f"{prefix}_{code}": rows for code, rows in other["statuses"].items()},
        "labels": one["labels"] | {f"{prefix}_{code}": f"{label}{name}" for code, name in other["labels"].items()},
        "errors": (one["errors"] + [error | {"label": f"{label}{error['label']}"} for error in other["errors"]])[:MOST],
        "failed": one["failed"] + other["failed"],
        "others": one["others"] + other["others"],
        "failed_rows": (one["failed_rows"] + other["failed_rows"])[:MOST],
        "look": one["look"] + other["look"],
    }


def _plain(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: visible(value) if isinstance(value := row[name], str) else value for name in names}


def _named(row: Mapping[str, Any]) -> str:
    return visible(f"{row['batch_no']} {row['taxpayer_no']} {row['name']}：{row['code']} {row['message']}")


def text(found: Outcome) -> str:
    """The outcome as the log of the task says it."""
    return "\n".join(_lines(found))


def _lines(found: Outcome) -> Iterator[str]:
    if not (found["statuses"] or found["left_out"] or found["failed"]):
        yield "没有到时间的任务。"
        return
    labels = found["labels"]
    yield f"处理 {found['handled']} 条；" + "，".join(f"{labels[code]} {n}" for code, n in found["statuses"].items())
    if found["documents"]:
        yield "票据：" + "，".join(f"{_COUNTS[name]} {total}" for name, total in found["documents"].items())
    for one in found["errors"]:
        yield f"{one['label']} {one['rows']} 条：{one['code']} {one['message']}"
    yield from _list(f"失败 {found['failed']} 条：", found["failed_rows"], found["failed"])
    yield from (f"不处理 {one['rows']} 条：{one['reason']}" for one in found["left_out"])
    yield from (f"查看：{command}" for command in found["look"])


def _list(title: str, lines: Sequence[str], total: int) -> Iterator[str]:
    if lines:
        yield title
        yield from (f"  {line}" for line in lines)
    if total > len(lines) > 0:
        yield f"  还有 {total - len(lines)} 条"


def is_red(policy: str, found: Outcome) -> bool:
    """Whether the outcome makes the run red by `never`, `any_failed`, or `all_failed` (none ended well or is open)."""
    if policy == "all_failed":
        return bool(found["failed"]) and not found["others"]
    return policy == "any_failed" and bool(found["failed"])


def why_red(policy: str, found: Outcome) -> str:
    """The sentence that a red run ends with."""
    label = field_texts("every_run", "red_when").choices[policy]
    more = [*found["failed_rows"], *(f"查看：{command}" for command in found["look"])]
    return "\n".join([f"失败 {found['failed']} 条，按标红条件“{label}”本次运行标为失败。", *more])
