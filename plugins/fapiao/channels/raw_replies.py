"""Which reading belongs to which channel (收票通道)."""

from collections.abc import Mapping

from fapiao.channels.gateway.reading import GATEWAY
from fapiao.channels.leqi.reading import LEQI
from fapiao.channels.raw_reply import ReplyReader

READINGS: Mapping[str, ReplyReader] = {
    "leqi": LEQI,
    "etax": GATEWAY,
    "soft_certificate": GATEWAY,
    "tax_disk": GATEWAY,
    "aisino": GATEWAY,
}
