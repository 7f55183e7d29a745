"""How an operation of plane O refuses: an errorCode and its sentence."""

from simulator.gateway.codes import TEXTS, WRONG


class Denied(Exception):
    """An errorCode other than success; `text` is the sentence that comes with it."""

    def __init__(self, code: str, text: str = "") -> None:
        self.code = code
        self.text = text or TEXTS[code]
        super().__init__(f"{code} {self.text}")


def wrong(sentence: str) -> Denied:
    """P4001: a parameter that cannot be used."""
    return Denied(WRONG, f"参数错误：{sentence}")
