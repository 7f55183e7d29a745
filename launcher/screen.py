"""Rows as the commands print them: the table of fapiao.text_table."""

from fapiao.text_table import EMPTY, cell, table, width

__all__ = ["EMPTY", "cell", "table", "width"]
