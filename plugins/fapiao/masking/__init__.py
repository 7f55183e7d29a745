"""Hides what must not be read in requests, replies, errors and logs; the names are in include/rules/secrets.yaml.

One rule for a value (`masked`), for a text of any form (`masked_text`) and for the bytes of a reply (`masked_body`):
JSON in texts and texts in JSON, forms, XML, addresses, headers, sentences, percent-encoded and base64 ones within.
"""

from fapiao.masking.names import HIDDEN
from fapiao.masking.texts import masked_body, masked_text
from fapiao.masking.values import masked

__all__ = ["HIDDEN", "masked", "masked_body", "masked_text"]
