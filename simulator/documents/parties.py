"""Invented companies and people: check-valid numbers, names that say they are examples."""

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODY_LENGTH = 17


@dataclass(frozen=True, slots=True)
class Party:
    """A company as a face prints it."""

    number: str
    name: str
    address: str = "示例市示例区示例路1号"
    phone: str = "000-00000000"
    bank: str = "示例银行示例支行"
    account: str = "6200000000000000000"

    @property
    def address_phone(self) -> str:
        """地址电话 in one field, as the tax-control types print it."""
        return f"{self.address} {self.phone}"

    @property
    def bank_account(self) -> str:
        """开户行及账号 in one field."""
        return f"{self.bank} {self.account}"


def uscc(body: str) -> str:
    """The 17 characters with their check character (GB 32100-2015: weights 3^i mod 31)."""
    total = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def _company(region: str, serial: int, name: str, address: str) -> Party:
    number = uscc(f"91{region}MA{serial:07d}"[:BODY_LENGTH])
    return Party(number, name, address, f"0{region[:2]}0-{serial:08d}", "示例银行示例支行", f"62000000{serial:011d}")


TRADE = (
    _company("310000", 1000001, "示例钢材贸易（上海）有限公司", "上海市示例区示例路11号"),
    _company("440300", 1000002, "示例电子科技（深圳）有限公司", "深圳市示例区示例路12号"),
    _company("330200", 1000003, "示例机械设备（宁波）有限公司", "宁波市示例区示例路13号"),
    _company("510100", 1000004, "示例办公用品（成都）有限公司", "成都市示例区示例路14号"),
    _company("370200", 1000005, "示例信息服务（青岛）有限公司", "青岛市示例区示例路15号"),
    _company("110000", 1000006, "示例工程咨询（北京）有限公司", "北京市示例区示例路16号"),
)
CAR_DEALER = _company("420100", 1000007, "示例汽车销售（武汉）有限公司", "武汉市示例区示例路17号")
USED_CAR_MARKET = _company("410100", 1000008, "示例二手车市场（郑州）有限公司", "郑州市示例区示例路18号")
ROAD = _company("320100", 1000009, "示例高速公路（南京）有限公司", "南京市示例区示例路19号")
AIRLINE = _company("460100", 1000010, "示例航空（海口）有限公司", "海口市示例区示例路20号")
RAILWAY = _company("120000", 1000011, "示例铁路客运（天津）有限公司", "天津市示例区示例路21号")
FOREIGN = Party("US000000000000001", "Example Overseas Licensing Inc.", "1 Example Street", "", "", "")

PEOPLE = ("示例张", "示例李", "示例王", "示例赵", "示例陈")
