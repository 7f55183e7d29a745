"""Airflow's page of connections as a person uses it, in Chinese: fill in the form, save it, press 测试连接."""

import json
from collections.abc import Mapping

from browser import Page

_DIALOG = "document.querySelector('[role=dialog]')"
_BUTTONS = "[...document.querySelectorAll('button')]"
_TOAST = "[...document.querySelectorAll('[data-scope=toast][data-part=root]')].map(one => one.innerText).join('\\n')"


class ConnectionPages:
    """A tab on the page of connections of the Airflow at `url`, where somebody is logged in."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url

    def open_form(self, connection_id: str, kind: str) -> str:
        """A new connection of the type whose name begins so; what the form shows. 标准字段 are unfolded."""
        self.page.open(f"{self._url}/connections")
        self.page.until_text("首页", "添加连接")
        self.page.click(f"{_BUTTONS}.find(one => one.innerText.includes('添加连接'))")
        self.write({"connection_id": connection_id})
        self.page.click(f"{_DIALOG}?.querySelector('[role=combobox]')?.parentElement.parentElement")
        options = "[...document.querySelectorAll('[role=option]')]"
        self.page.click(f"{options}.find(one => one.innerText.startsWith({json.dumps(kind)}))")
        self.page.until(f"!!{_DIALOG}?.querySelector('[name=host]')")
        return str(self.page.value(f"{_DIALOG}.innerText"))

    def unfold(self, part: str) -> str:
        """额外字段, in whose place the other part is folded; what the form shows."""
        self.page.click(f"[...{_DIALOG}.querySelectorAll('button')].find(one => one.innerText.trim() === '{part}')")
        return str(self.page.value(f"{_DIALOG}.innerText"))

    def write(self, fields: Mapping[str, str]) -> None:
        """Types into the fields of these names."""
        for name, text in fields.items():
            self.page.write(f"{_DIALOG}?.querySelector('[name={name}]')", text)

    def save(self, connection_id: str) -> None:
        """保存, until the connection stands in the list."""
        self.page.click(f"[...{_DIALOG}.querySelectorAll('button')].find(one => one.innerText.trim() === '保存')")
        self.page.until(f"!{_DIALOG} && !!({self._row(connection_id)})")

    def test(self, connection_id: str) -> str:
        """测试连接 in its row: the sentence that comes."""
        self.page.click(f"({self._row(connection_id)})?.querySelector('button[aria-label=测试连接]')")
        return str(
            self.page.until(f"(toast => toast.includes('连接') && /正常|失败|不可用/.test(toast) && toast)({_TOAST})")
        )

    @staticmethod
    def _row(connection_id: str) -> str:
        cells = f"[...row.querySelectorAll('td')].some(cell => cell.innerText.trim() === {json.dumps(connection_id)})"
        return f"[...document.querySelectorAll('tr')].find(row => {cells})"
