"""Base64 as it is sent: with line breaks and blanks, in the URL-safe alphabet, without its padding."""

import base64

_QUARTET = 4
_URL_SAFE = str.maketrans({"-": "+", "_": "/", "=": None, "\ufeff": None})


def from_base64(written: str) -> bytes:
    """The bytes of a text. Raises ValueError for what is no base64, or cut in the middle of a byte."""
    digits = "".join(written.split()).translate(_URL_SAFE)
    return base64.b64decode(digits + "=" * (-len(digits) % _QUARTET), validate=True)
