"""软证书: works with the company's certificate, so nobody logs in."""

from hooks.certified import CertifiedHook


class SoftCertificateHook(CertifiedHook):
    """软证书."""

    hook_name = "软证书"
    channel = "soft_certificate"
