"""Which reading belongs to which channel (收票通道)."""

from collections.abc import Mapping

from fapiao.gateway.reading import GATEWAY
from fapiao.leqi.reading import LEQI
from fapiao.reading import Reading

READINGS: Mapping[str, Reading] = {
    "leqi": LEQI,
    "etax": GATEWAY,
    "soft_certificate": GATEWAY,
    "tax_disk": GATEWAY,
    "aisino": GATEWAY,
}
