"""Every disturbance of plane O: what it does, and that the next call is sound again."""

import base64
import hashlib

import httpx
import pytest

from gateway_caller import GatewayCaller
from gateway_room import CERTIFIED, MAKER
from rehearsal_room import Room

FULL, QUERY = "ext.fullInvoiceDown", "ext.fullInvoiceDownQuery"
DAYS = {"startTime": "2026-12-01", "endTime": "2026-12-31"}


@pytest.fixture
def task(gateway: GatewayCaller, room: Room) -> str:
    """A finished full download of nine invoices."""
    room.seed(generate={"nsrsbh": MAKER, "fplx": "81", "month": "2026-12", "count": 9})
    number = gateway.apply(FULL, taxNo=MAKER, inout="1", invoiceTypes="27", **DAYS)
    assert gateway.fetch_code(QUERY, MAKER, number) == "0000"
    return number


def rows(gateway: GatewayCaller, task: str) -> list[dict[str, object]]:
    return gateway.poll(QUERY, MAKER, task).data["invoices"]


@pytest.mark.parametrize(("code", "status"), [("", 500), ("502", 502), ("503", 503)])
def test_http_5xx(gateway: GatewayCaller, room: Room, task: str, code: str, status: int):
    room.fault("http_500", service=QUERY, code=code)
    body = {"businessSystemCode": "T", "interfaceCode": QUERY, "data": ""}
    assert gateway.post("/kapi/app/rim/deduction", body, access_token=gateway.token).status_code == status
    assert len(rows(gateway, task)) == 9


@pytest.mark.parametrize("kind", ["cut_reply", "drop_reply"])
def test_a_reply_that_is_cut_or_never_comes(gateway: GatewayCaller, room: Room, task: str, kind: str):
    room.fault(kind, service=QUERY)
    with pytest.raises(httpx.RemoteProtocolError):
        rows(gateway, task)
    assert len(rows(gateway, task)) == 9


def test_an_application_whose_reply_is_dropped_was_accepted(gateway: GatewayCaller, room: Room):
    room.fault("drop_reply", service=FULL)
    gateway.sign_in()
    ask = {"taxNo": MAKER, "asyncFlag": "1", "inout": "1", "invoiceTypes": "27", **DAYS}
    with pytest.raises(httpx.RemoteProtocolError):
        gateway.call(FULL, **ask)
    assert len(room.get("tasks")["tasks"]) == 1
    assert gateway.call(FULL, **ask).code == "P6912"


def test_bad_base64(gateway: GatewayCaller, room: Room, task: str):
    room.fault("bad_base64", service=QUERY)
    body = {"businessSystemCode": "T", "interfaceCode": QUERY}
    data = base64.b64encode(f'{{"taxNo":"{MAKER}","taskNo":"{task}","pageNo":1,"pageSize":9}}'.encode()).decode()
    found = gateway.post("/kapi/app/rim/deduction", body | {"data": data}, access_token=gateway.token).json()
    with pytest.raises(ValueError):
        base64.b64decode(found["data"], validate=True)
    assert len(rows(gateway, task)) == 9


@pytest.mark.parametrize(
    ("code", "text"),
    [("95001", "税局请求异常，请稍后再试"), ("9301", "税局执行异常，请重新进行业务操作"), ("X1", "模拟故障")],
)
def test_an_error_code_once(gateway: GatewayCaller, room: Room, task: str, code: str, text: str):
    room.fault("error_code", service=QUERY, code=code)
    reply = gateway.poll(QUERY, MAKER, task)
    assert (reply.code, reply.text) == (code, text)
    assert len(rows(gateway, task)) == 9


def test_a_token_is_taken_away_until_the_next_login(gateway: GatewayCaller, room: Room, task: str):
    room.fault("token_revoked", service=QUERY)
    assert [gateway.poll(QUERY, MAKER, task).http for _ in range(2)] == [401, 401]
    gateway.sign_in()
    assert len(rows(gateway, task)) == 9


def test_a_row_twice_or_missing(gateway: GatewayCaller, room: Room, task: str):
    sound = rows(gateway, task)
    room.fault("duplicate_row", service=QUERY)
    assert rows(gateway, task) == [*sound, sound[-1]]
    room.fault("duplicate_row", service=QUERY, differing=True)
    assert rows(gateway, task)[-1] == sound[-1] | {"invoiceStatus": "7"}
    room.fault("rows_missing", service=QUERY)
    assert rows(gateway, task) == sound[:-1]
    assert rows(gateway, task) == sound


def test_the_total_changes_between_pages(gateway: GatewayCaller, room: Room, task: str):
    room.fault("total_changes", service=QUERY, match={"pageNo": "2"})
    totals = [gateway.poll(QUERY, MAKER, task, page, 5).data["totalElement"] for page in (1, 2, 2)]
    assert totals == [9, 10, 9]


@pytest.mark.parametrize("code", ["2", "3", "5", "6"])
def test_a_task_that_ends_badly_is_p6901_for_good(gateway: GatewayCaller, room: Room, task: str, code: str):
    room.fault("task_ends", service=QUERY, code=code, text="税局系统异常")
    found = [gateway.poll(QUERY, MAKER, task) for _ in range(2)]
    assert {(reply.code, reply.text) for reply in found} == {("P6901", "税局系统异常")}
    assert [shown["state"] for shown in room.get("tasks")["tasks"]] == [int(code)]


def test_a_waiting_task_that_ends_badly_leaves_the_queue(gateway: GatewayCaller, room: Room):
    room.client.post("/_sim/session", json={"account": "sim-shared", "state": "lost"})
    number = gateway.apply(FULL, taxNo=MAKER, inout="1", invoiceTypes="27", **DAYS)
    room.fault("task_ends", service=QUERY, code="3")
    assert gateway.poll(QUERY, MAKER, number).code == "P6901"
    room.client.post("/_sim/session", json={"account": "sim-shared", "state": "online"})
    assert gateway.poll(QUERY, MAKER, number).code == "P6901"


def test_a_task_that_ends_partly_delivers_two_thirds_and_names_the_rest(gateway: GatewayCaller, room: Room, task: str):
    sound = rows(gateway, task)
    room.fault("task_ends", service=QUERY, code="4")
    data = gateway.poll(QUERY, MAKER, task).data
    assert (data["invoices"], data["totalElement"]) == (sound[:6], 6)
    assert [row["invoiceNo"] for row in data["fail"]] == [item["invoiceNo"] for item in sound[6:]]


def test_the_layout_of_rows_drifts(gateway: GatewayCaller, room: Room, task: str):
    room.fault("renamed_field", service=QUERY, field="salerName", to="sellerName")
    assert {"sellerName" in row and "salerName" not in row for row in rows(gateway, task)} == {True}
    room.fault("missing_field", service=QUERY, field="invoiceDate")
    assert {"invoiceDate" in row for row in rows(gateway, task)} == {False}
    room.fault("extra_field", service=QUERY, field="newColumn")
    assert {"newColumn" in row for row in rows(gateway, task)} == {True}
    room.fault("amounts_as_numbers", service=QUERY)
    assert {type(row["invoiceAmount"]) for row in rows(gateway, task)} <= {float, int}
    assert {type(row["invoiceAmount"]) for row in rows(gateway, task)} == {str}


def test_a_layout_file_arrives_with_other_bytes(gateway: GatewayCaller, room: Room, task: str):
    row = {"invoiceType": "27", "invoiceNo": rows(gateway, task)[0]["invoiceNo"], "invoiceDate": "2026-12-01"}
    files = gateway.apply("ext.layoutFileDown", taxNo=MAKER, fileTypes="xml", invoices=[row])
    [file] = gateway.fetch("ext.layoutFileDownQuery", MAKER, files).data["files"]
    room.fault("corrupt_file", service="file")
    hashes = [
        hashlib.sha256(gateway.client.get(file["url"], params={"access_token": gateway.token}).content).hexdigest()
        for _ in range(2)
    ]
    assert [found == file["sha256"] for found in hashes] == [False, True]


def test_signing_in_can_fail_too(gateway: GatewayCaller, room: Room):
    room.fault("http_500", service="login")
    assert gateway.post("/api/login.do", {}).status_code == 500


def test_faults_of_one_plane_leave_the_other_alone(gateway: GatewayCaller, room: Room):
    for kind in ("quota_refused", "task_fails", "wrong_gzip"):
        room.fault(kind)
    assert gateway.full(CERTIFIED, "27", *DAYS.values()) == []
    assert len(room.get("fault")["faults"]) == 3


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"kind": "error_code"}, "kind error_code needs a code"),
        ({"kind": "renamed_field", "field": "x"}, "kind renamed_field needs a to"),
        ({"kind": "missing_field"}, "kind missing_field needs a field"),
        ({"kind": "task_ends", "code": "1"}, "code must be one of 2, 3, 4, 5, 6"),
    ],
)
def test_an_order_that_lacks_something_is_refused(room: Room, order: dict[str, str], sentence: str):
    assert room.problems("fault", order) == [sentence]
