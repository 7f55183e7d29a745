"""Which hook speaks which channel (收票通道); a channel joins the calendar's DAGs by its line here."""

from collections.abc import Callable

from hooks.channels.download_channel import DownloadChannel
from hooks.gateway.aisino import AisinoHook
from hooks.gateway.etax import EtaxHook
from hooks.gateway.soft_certificate import SoftCertificateHook
from hooks.gateway.tax_disk import TaxDiskHook
from hooks.leqi.hook import LeqiHook

DOWNLOAD_CHANNELS: dict[str, Callable[[], DownloadChannel]] = {
    "leqi": LeqiHook,
    "etax": EtaxHook,
    "soft_certificate": SoftCertificateHook,
    "tax_disk": TaxDiskHook,
    "aisino": AisinoHook,
}
