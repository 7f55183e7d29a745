"""A bare plane-L client for tests of the simulator; it shares no code with the hook or the simulator."""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

DEDUCTION = "203065"
OF_DEDUCTION = (
    *("WGXSJCSHQDXZSQDKGX", "WGXSJCSHQDXZSQFKDKGX", "HQDQSKSSQYDQSKSSQTJZT", "SQSKSSQBG", "SXSKSSQ"),
    *("PLFPDKGX", "CXFPDKGXCLJG", "HQDQSKSSQFPDKGXCLJG", "PLHGJKSDKGX", "CXHGJKSDKGXCLJG", "HQDQSKSSQHGJKSDKGXCLJG"),
    *("SQCXDKTJ", "CXTJCLJG", "SQQRDKTJ", "CXQRTJCLJG"),
)
COLLECTION = "203067"


@dataclass(frozen=True)
class Reply:
    """One answer: the platform's code, the service's code and text, and the opened Data."""

    http_status_code: int
    returncode: str
    text: str
    data: dict[str, Any]
    sealed: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of sjl, unpacked."""
        return json.loads(gzip.decompress(base64.b64decode(self.data["sjl"])))


@dataclass
class Caller:
    """One direct and using unit with a key; `key` None talks in clear."""

    url: str
    key: bytes | None
    client: httpx.Client
    jrdwptbh: str = "JR1"
    sydwptbh: str = "SY1"
    path: str = "/access"

    def call(
        self, service: str, ability: str | None = None, headers: dict[str, str] | None = None, **request: Any
    ) -> Reply:
        """POST one request and open its reply."""
        response = self.post(service, request, ability, headers)
        assert response.status_code == 200
        return self.open(response.content)

    def post(
        self,
        service: str,
        request: dict[str, Any],
        ability: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """POST one request and give the raw HTTP response."""
        ability = ability or (DEDUCTION if service in OF_DEDUCTION else COLLECTION)
        ids = {"jrdwptbh": self.jrdwptbh, "sydwptbh": self.sydwptbh, **(headers or {})}
        body = json.dumps(request).encode()
        address = f"{self.url}{self.path}/v2/invoke/{ability}/{service}/"
        return self.client.post(address, content=body if self.key is None else self._seal(body), headers=ids)

    def open(self, content: bytes) -> Reply:
        """Read the wire wrapper, decrypting Data."""
        wrapper = json.loads(content)
        response = json.loads(wrapper["body"])["Response"]
        assert len(response["RequestId"]) == 16
        if "Error" in response:
            error = response["Error"]
            return Reply(wrapper["httpStatusCode"], error["Code"], error["Message"], {}, sealed=False)
        data = response["Data"]
        if self.key is not None:
            data = json.loads(self._open(data))
        return Reply(wrapper["httpStatusCode"], data["returncode"], data["returnmsg"], data, sealed=True)

    def fetch(self, service: str, number_name: str, number: str, package: int = 1) -> Reply:
        """Poll until something other than 10 comes."""
        for _ in range(5):
            reply = self.call(service, **{number_name: number, "packageno": str(package)})
            if reply.returncode != "10":
                return reply
        raise AssertionError("still 10 after five polls")

    def _seal(self, clear: bytes) -> str:
        padding = 16 - len(clear) % 16
        encryptor = Cipher(SM4(self.key), modes.ECB()).encryptor()
        return base64.b64encode(encryptor.update(clear + bytes([padding]) * padding)).decode()

    def _open(self, sealed: str) -> bytes:
        clear = Cipher(SM4(self.key), modes.ECB()).decryptor().update(base64.b64decode(sealed))
        return clear[: -clear[-1]]
