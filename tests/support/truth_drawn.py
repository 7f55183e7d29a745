"""Strategies of Hypothesis over documents, a bureau's manners and its disturbances."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from independent_bureau import Fault, IndependentBureau
from truth import KINDS, Document, Party
from truth_made import document

_THOROUGH = settings.get_current_profile_name() == "thorough"
with_pools = settings(
    max_examples=100 if _THOROUGH else 3,
    phases=tuple(Phase) if _THOROUGH else (Phase.explicit, Phase.generate),
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
"""How many examples a property tries whose every example fills a pool."""
OWNER = Party("91310000MA1EXAMP07", "示例公司")
MONTH = "2027-01"
CHANNELS = ("leqi", "etax", "soft_certificate", "tax_disk", "aisino")
ALWAYS = 1_000_000
_DOCUMENTS_ONLY_BOUGHT = ("customs", "withholding")
_ON_L = ("PLFPXZSQ", "PLFPXZSQFK", "PLHGJKSXZSQFK", "PLZZSDKDJWSPZXZSQFK")
_ON_O = ("ext.fullInvoiceDown", "ext.fullInvoiceDownQuery")
_OF_CALLS = ("http_500", "flow_control", "cut_reply")
_OF_PACKAGES = ("wrong_gzip", "duplicate_row", "total_changes", "empty_package", "task_fails")
_OF_PAGES = ("duplicate_row", "total_changes", "shifted_page", "task_fails")


@dataclass(frozen=True, repr=False)
class Month:
    """A company's month on a channel: what the bureau holds, which types its scheme names, how the bureau behaves."""

    channel: str
    documents: tuple[Document, ...]
    kinds: tuple[str, ...]
    package_rows: int
    unready_polls: int
    faults: tuple[Fault, ...]

    def __repr__(self) -> str:
        held = " ".join(sorted(f"{made.direction[0]}{made.kind}" for made in self.documents))
        struck = " ".join(f"{fault.kind}@{fault.service}×{fault.times}" for fault in self.faults)
        shape = f"packages of {self.package_rows}, {self.unready_polls} polls"
        return f"Month({self.channel}: {held}; scheme {' '.join(self.kinds)}; {shape}; faults {struck or 'none'})"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    def bureau(self) -> IndependentBureau:
        """A bureau of that month; faults are copied, as they wear out."""
        faults = [Fault(fault.kind, fault.service, fault.times) for fault in self.faults]
        return IndependentBureau(
            date(2027, 2, 1),
            list(self.documents),
            package_rows=self.package_rows,
            page_rows=min(self.package_rows, 200),
            unready_polls=self.unready_polls,
            faults=faults,
        )


def kinds_of(channel: str) -> list[str]:
    """The types that can be asked for on a channel: the gateway knows no 完税凭证, 航信 no 缴款书."""
    unknown = {"leqi": (), "aisino": ("customs", "withholding")}.get(channel, ("withholding",))
    return [kind for kind in KINDS if kind not in unknown]


@st.composite
def documents(draw: st.DrawFn, kinds: Sequence[str], most: int = 40) -> tuple[Document, ...]:
    """Up to `most` documents of a month, of any of these kinds and both directions."""
    dice = draw(st.randoms(use_true_random=False))
    wanted = draw(st.lists(st.tuples(st.sampled_from(kinds), st.booleans()), min_size=8, max_size=most))
    return tuple(
        document(dice, kind, MONTH, OWNER, "input" if bought or kind in _DOCUMENTS_ONLY_BOUGHT else "output", index)
        for index, (kind, bought) in enumerate(wanted)
    )


@st.composite
def faults(draw: st.DrawFn, channel: str) -> tuple[Fault, ...]:
    """A few disturbances, passing or lasting."""
    services = _ON_L if channel == "leqi" else _ON_O
    of_answers = _OF_PACKAGES if channel == "leqi" else _OF_PAGES
    found = []
    for _ in range(draw(st.integers(1, 4))):
        service = draw(st.sampled_from(services))
        answers = of_answers if service.endswith(("FK", "Query")) else ()
        kind, times = draw(st.sampled_from((*_OF_CALLS, *answers))), draw(st.sampled_from((1, 2, 3, ALWAYS)))
        found.append(Fault(kind, service, times))
    return tuple(found)


@st.composite
def months(draw: st.DrawFn, channel: str, *, disturbed: bool = False, kinds: Sequence[str] | None = None) -> Month:
    """A month on a channel; the scheme names all types, or some of them unless the types are given."""
    held = kinds or kinds_of(channel)
    some = st.lists(st.sampled_from(held), min_size=1, unique=True)
    named = held if kinds else draw(st.one_of(st.just(held), some))
    return Month(
        channel=channel,
        documents=draw(documents(held)),
        kinds=tuple(named),
        package_rows=draw(st.sampled_from((1, 2, 3, 7, 2000))),
        unready_polls=draw(st.integers(1, 3)),
        faults=draw(faults(channel)) if disturbed else (),
    )
