"""税盘: works with a device in the company's machine, so nobody logs in."""

from hooks.gateway.certified import CertifiedHook


class TaxDiskHook(CertifiedHook):
    """税盘."""

    hook_name = "税盘"
    channel = "tax_disk"
