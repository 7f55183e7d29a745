"""Airflow's pages as a person uses them, in Chinese: log in, fill in a DAG's form, read a run's state, log and XComs."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from browser import Page

LANGUAGE = "zh-CN"
ENDED = ("成功", "失败")
_SEND = "[...document.querySelectorAll('[role=dialog] button')].findLast(b => b.innerText.trim() === '触发')"
_OPTIONS = "[...document.querySelectorAll('[id^=react-select][role=option]')]"
_SHOWN = """[...document.querySelectorAll('[role=dialog] [role=group]')].map(group => {
    const label = group.querySelector('label'), list = group.querySelector('[role=combobox]');
    const input = group.querySelector('[name^=element_]');
    if (!label || !input) return null;
    return {
        title: label.innerText.replace('*', '').trim(),
        required: label.innerText.includes('*'),
        value: input.type === 'checkbox' ? input.checked : input.value,
        shown: list ? list.parentElement.parentElement.innerText.trim() : input.value,
    };
}).filter(one => one)"""


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form: `value` is what is sent, `shown` what a person reads."""

    title: str
    required: bool
    value: Any
    shown: str


class AirflowPages:
    """A tab on Airflow's pages at `url`."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url

    def log_in(self, name: str, password: str) -> None:
        """Through the login page, then in Chinese."""
        self.page.size(1280, 1000)
        self.page.open(f"{self._url}/auth/login?next=%2F")
        self.page.until_text("Username")
        self.page.value(f"localStorage.setItem('i18nextLng', '{LANGUAGE}')")
        self.page.write("document.querySelector('input[name=username]')", name)
        self.page.write("document.querySelector('input[name=password]')", password)
        self.page.click("[...document.querySelectorAll('button')].find(b => b.innerText.includes('Sign in'))")
        self.page.until_text("首页")

    def list_of_dags(self, *expected: str) -> str:
        """What the list of DAGs shows, once these texts stand there."""
        self.page.open(f"{self._url}/dags")
        return self.page.until_text("首页", *expected)

    def open_form(self, dag_id: str) -> None:
        """The form by which a person triggers a DAG, fresh and in Chinese."""
        self.page.open(f"{self._url}/dags/{dag_id}")
        self.page.until_text("首页", "触发")
        self.page.click("document.querySelector('[data-testid=trigger-dag-button]')")
        self.page.until(f"({_SEND}) && ({_SHOWN}).length > 0")

    def fields(self) -> list[Field]:
        """The form as it stands."""
        return [Field(**one) for one in self.page.value(_SHOWN)]

    def write(self, title: str, text: str) -> None:
        """Types into a field."""
        self.page.write(f"({self._group(title)})?.querySelector('[name^=element_]')", text)

    def press(self, title: str) -> None:
        """Turns a switch over."""
        self.page.click(f"({self._group(title)})?.querySelector('[data-part=control]')")

    def options(self, title: str) -> list[str]:
        """What a list offers; it is open afterwards."""
        self.page.click(f"({self._group(title)})?.querySelector('[role=combobox]')")
        self.page.until(f"({_OPTIONS}).length > 0")
        return list(self.page.value(f"({_OPTIONS}).map(one => one.innerText)"))

    def choose(self, title: str, option: str) -> None:
        """Takes one option of a list."""
        self.options(title)
        self.page.click(f"({_OPTIONS}).find(one => one.innerText === {json.dumps(option)})")

    def may_be_sent(self) -> bool:
        """Whether the page lets the form go."""
        return not self.page.value(f"({_SEND}).disabled")

    def send(self) -> "RunPages":
        """Triggers; the page goes to the run that was made."""
        before = self.page.value("location.pathname")
        self.page.click(_SEND)
        address = self.page.until(
            f"location.pathname !== {json.dumps(before)} && location.pathname.includes('/runs/') && location.pathname"
        )
        return RunPages(self.page, f"{self._url}{address}")

    @staticmethod
    def _group(title: str) -> str:
        return (
            "[...document.querySelectorAll('[role=dialog] [role=group]')]"
            f".find(g => g.querySelector('label')?.innerText.replace('*', '').trim() === {json.dumps(title)})"
        )


class RunPages:
    """The pages of one DAG run."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self._address = page, address
        self.run_id = address.rpartition("/")[2]

    def state(self, seconds: float) -> str:
        """成功 or 失败, once the run has ended; `seconds` is how long its page may show nothing new.

        The page that `send` led to brings itself up to date. Five task instances take minutes on a busy machine.
        """
        badge = "document.querySelector('[data-testid=state-badge]')?.innerText.trim()"
        return str(self.page.until(f"{json.dumps(ENDED)}.find(one => one === {badge})", seconds))

    def log(self, task_id: str, *expected: str) -> str:
        """What the log page of a task shows, once these texts stand there."""
        self.page.open(f"{self._address}/tasks/{quote(task_id)}")
        return self.page.until_text("日志", *expected)

    def xcom(self, task_id: str, *expected: str) -> str:
        """What the XCom page of a task shows when it is unfolded, once these texts stand there."""
        self.page.open(f"{self._address}/tasks/{quote(task_id)}/xcom")
        self.page.until_text("return_value")
        self.page.click("document.querySelector('button[aria-label^=展开]')")
        return self.page.until_text(*expected)
