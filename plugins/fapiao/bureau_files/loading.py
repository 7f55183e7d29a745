"""Loads the sheets of a workbook: those of an .xlsx side by side, while whoever asked first reads the first of them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError

from fapiao.boundary import boundary
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.scratch import scratch_file

_REASONS = {
    "string index": "（单元格引用的文字不在文件里）",
    "end of xml": "（XML 不完整）",
    "Xml error": "（XML 不完整）",
    "Zip error": "（压缩的内容不完整）",
    "cell 't'": "（单元格的类型未知）",
    "XML encoding": "（文字编码无法识别）",
    "float": "（数字单元格里不是数字）",
}
"""What calamine says in English, as far as people can do something with it."""
SIDE_BY_SIDE = 2
"""Sheets that load at once; each has a book of its own, which keeps the shared texts of the file."""


@contextmanager
def loading(
    looked: Looked, left_out: Collection[str], where: str
) -> Iterator[Mapping[str, Callable[[], CalamineSheet]]]:
    """What waits for a sheet, by its name, in the order of the workbook; raises FileRefusal, and so does the waiting.

    calamine loads without the GIL, but a book gives one sheet at a time. An .xls is parsed whole when it is opened. The
    suffix keeps it from trying the bytes as a workbook of another kind, into which nobody looked.
    """
    with scratch_file(looked.readable, f".{looked.kind}") as given:
        with sentences(where):
            book = CalamineWorkbook.from_path(given)
        names = [name for name in book.sheet_names if name not in left_out]
        if looked.kind == "xls" or len(names) == 1:
            yield {name: partial(_waited, partial(book.get_sheet_by_name, name), where) for name in names}
            return
        loaders = ThreadPoolExecutor(SIDE_BY_SIDE)
        try:
            coming = {name: loaders.submit(_alone, given, name) for name in names}
            yield {name: partial(_waited, sheet.result, where) for name, sheet in coming.items()}
        finally:
            loaders.shutdown(cancel_futures=True)


def _alone(path: str, name: str) -> CalamineSheet:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(name)


def _waited(load: Callable[[], CalamineSheet], where: str) -> CalamineSheet:
    with sentences(where):
        return load()


def sentences(where: str) -> AbstractContextManager[None]:
    """Turns whatever calamine raises into a refusal."""
    return boundary(lambda raised: _refusal(raised, where))


def _refusal(raised: BaseException, where: str) -> FileRefusal:
    if isinstance(raised, PasswordError):
        return FileRefusal("工作簿设有打开密码，未打开；请去掉密码后再上传", where)
    why = next((said for words, said in _REASONS.items() if words in str(raised)), "")
    return FileRefusal(f"工作簿损坏，无法读取{why}；请从税局重新导出，或用 Excel 打开后另存为 .xlsx 再上传", where)
