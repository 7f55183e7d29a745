"""What a person does about an account that must log in."""

from fapiao.texts.said import Said, said


def login_advice(account: str, url: str | None) -> Said:
    """Which account logs in, and where that is known the page for it."""
    if url is None:
        return said("advice.LOGIN_LOST_at", account=account)
    return said("advice.LOGIN_LOST_page", account=account, url=url)
