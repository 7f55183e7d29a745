"""Lines of a full item in the names of protocols 7.8, from whatever the kind calls its columns."""

from simulator.gateway.rows.face import Face
from simulator.wire import Json

PARTS = ("fpmx", "hwxx")
COLUMNS = {
    "goodsName": ("hwhyslwfwmc", "mc", "xmmc", "xm", "hwmc"),
    "revenueCode": ("sphfwssflhbbm", "spbm", "shdm"),
    "specification": ("ggxh",),
    "units": ("dw", "jldw"),
    "quantity": ("fpjysl", "sl"),
    "price": ("fpjydj", "dj"),
    "amount": ("je", "wsjg"),
    "taxRate": ("slv", "sl1", "hwslv"),
    "taxAmount": ("se", "skje"),
}


def items(face: Face) -> list[Json]:
    """`items[]`; kinds without goods lines have none."""
    rows = next((face.payload[part] for part in PARTS if part in face.payload), [])
    assert isinstance(rows, list)  # noqa: S101 - tells the type checker what every builder does
    return [_item(place, row) for place, row in enumerate(rows, start=1)]


def _item(place: int, row: Json) -> Json:
    columns = {name: next((str(row[c]) for c in given if row.get(c)), "") for name, given in COLUMNS.items()}
    return {"seq": place, **columns, "lineProperty": "0"}
