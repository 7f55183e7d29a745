"""What a service says: fields and rows, or a refusal with the bureau's returncode."""

from dataclasses import dataclass, field

from simulator.codes import OK, PROCESSING, RETURN
from simulator.wire import Json

PACKED = "sjl"


@dataclass(slots=True)
class Answer:
    """`rows` travel packed as sjl, or plainly under `rows_name`; None where a reply carries no rows."""

    fields: Json = field(default_factory=dict)
    returncode: str = OK
    rows: list[Json] | None = None
    rows_name: str = PACKED

    @property
    def text(self) -> str:
        """returnmsg."""
        return str(self.fields.get("returnmsg", RETURN.get(self.returncode, "")))


class Refused(Exception):
    """A returncode other than 00; `text` is the bureau's sentence."""

    def __init__(self, code: str, text: str = "") -> None:
        self.code = code
        self.text = text or RETURN[code]
        super().__init__(f"{code} {self.text}")


def processing() -> Answer:
    """10 数据处理中: ask again after three to five minutes."""
    return Answer({"returnmsg": "数据处理中，请3至5分钟后再次请求"}, PROCESSING)
