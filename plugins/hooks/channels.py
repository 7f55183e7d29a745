"""Which hook speaks which channel (收票通道); a channel joins the calendar's DAGs by its line here."""

from collections.abc import Callable

from hooks.aisino import AisinoHook
from hooks.bureau import Bureau
from hooks.etax import EtaxHook
from hooks.leqi import LeqiHook
from hooks.soft_certificate import SoftCertificateHook
from hooks.tax_disk import TaxDiskHook

BUREAUS: dict[str, Callable[[], Bureau]] = {
    "leqi": LeqiHook,
    "etax": EtaxHook,
    "soft_certificate": SoftCertificateHook,
    "tax_disk": TaxDiskHook,
    "aisino": AisinoHook,
}
