"""placeholder"""

from simulator.documents.document import Document


def make(document: Document) -> bytes:
    """x"""
    return document.key.encode()
