"""What is said of an invoice that is handed in before the day on which it says it was issued (A-51)."""

from datetime import date


def issued_later(issued: date | str, day: date | str) -> str:
    """The sentence about a 开票日期 after the day of the import; both are days in Asia/Shanghai."""
    return f"开票日期 {issued} 晚于导入日期 {day}，请核对。"
