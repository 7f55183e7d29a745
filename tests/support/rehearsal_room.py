"""What tests of the simulator share: three companies, a key, and the control room in short words."""

from dataclasses import dataclass

import httpx

KEY = bytes(range(16))
OURS, OTHERS, SHOPS = "91310000MA2000001A", "91440300MA2000002A", "92510100MA2000003A"
US = {"nsrsbh": OURS, "name": "我方示例有限公司", "sydwptbh": "SY1", "jrdwptbh": "JR1", "authorised_on": "2025-01-01"}
OTHER = {"nsrsbh": OTHERS, "sydwptbh": "SY2", "jrdwptbh": "JR1", "authorised_on": "2026-12-10"}
SHOP = {"nsrsbh": SHOPS, "sydwptbh": "SY3", "jrdwptbh": "JR1", "authorised_on": "2025-01-01", "companyType": "02"}


@dataclass(frozen=True)
class Room:
    """`/_sim` of a running simulator."""

    client: httpx.Client

    def seed(self, **seed: object) -> list[str]:
        """Seed, and give the keys of the documents."""
        return self._done(self.client.post("/_sim/seed", json=seed))["documents"]

    def document(self, fplx: str, kprq: str, **more: object) -> str:
        """Seed one document of ours and give its key."""
        return self.seed(documents=[{"nsrsbh": OURS, "fplx": fplx, "kprq": kprq, **more}])[0]

    def generate(self, fplx: str, month: str, count: int, **more: object) -> None:
        """Seed a generated month of ours."""
        self.seed(generate={"nsrsbh": OURS, "fplx": fplx, "month": month, "count": count, **more})

    def change(self, key: str, **codes: object) -> int:
        """Change documents; how many there were."""
        return self._done(self.client.post("/_sim/change", json={"key": key, **codes}))["changed"]

    def day(self, day: str) -> None:
        """Stand still at 09:00 of a day."""
        self.clock(date=day)

    def clock(self, **order: object) -> dict[str, object]:
        """Move the clock."""
        return self._done(self.client.post("/_sim/clock", json=order))

    def fault(self, kind: str, **more: object) -> None:
        """Set a disturbance."""
        self._done(self.client.post("/_sim/fault", json={"kind": kind, **more}))

    def settle(self, **settings: object) -> None:
        """Change how the bureau behaves."""
        self._done(self.client.post("/_sim/settings", json=settings))

    def get(self, what: str, **query: str) -> dict[str, list[dict[str, object]]]:
        """Read journal, quota or fault."""
        return self._done(self.client.get(f"/_sim/{what}", params=query))

    def problems(self, what: str, body: object) -> list[str]:
        """The sentences a body is refused with."""
        reply = self.client.post(f"/_sim/{what}", json=body)
        assert reply.status_code == 400
        return reply.json()["problems"]

    @staticmethod
    def _done(reply: httpx.Response) -> dict:
        assert reply.status_code == 200, reply.text
        return reply.json()
