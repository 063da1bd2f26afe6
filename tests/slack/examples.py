"""Mentions, cards and hostile texts to show; every builder takes what a test is about and fills in the rest."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.card import Answer, AnswerState, Card, Claim, Decision, Escalation, Place
from bot.domain.dossier import Dossier, Past
from bot.domain.label import Label, LabelKind
from bot.domain.lifecycle import State
from bot.domain.listing import Line
from bot.domain.mention import MAX_TEXT, Mention, clean
from bot.domain.promise import Promise, PromiseKind
from bot.domain.recommendation import recommend
from bot.domain.seen import seen_of
from bot.slack.blocks.answer import AnswerPage
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.metadata import Origin
from classifiers.verdict import Verdict

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CARE = Place(name="care", title="Customer care", channel="C0CARE")
TRIAGE = Place(name="triage", title="Triage", channel="C0TRIAGE")
BILLING = Place(name="billing", title="Billing", channel="C0BILLING")
PERMALINK = "https://acme.slack.com/archives/C0CARE/p1"


def a_mention(**wanted: Any) -> Mention:
    known: dict[str, Any] = {
        "id": 7,
        "source": "reviews",
        "external_id": "r-7",
        "text": "They charged me twice and nobody answers the phone.",
        "title": "Double charge",
        "url": "https://www.example.org/r/7",
        "author": "ana_k",
        "author_name": "Ana K.",
        "reach": 12_300,
        "rating": 2.0,
        "posted_at": NOW - 2 * HOUR,
        "received_at": NOW - HOUR,
    }
    return Mention(**(known | wanted))


def a_verdict(**wanted: Any) -> Verdict:
    known: dict[str, Any] = {
        "topics": {"billing": 0.81, "service": 0.19},
        "detractor": 0.82,
        "promoter": 0.05,
        "triage": {"unhappy": 0.9, "rager": 0.1},
        "reply": 0.9,
        "language": "en",
        "why": ("charged", "twice"),
        "model": "test-1",
    }
    return Verdict(**(known | wanted))


def a_card(**wanted: Any) -> Card:
    """`mention` and `verdict` may be given as dictionaries of what differs."""
    about = a_mention(**wanted.pop("mention", {}))
    verdict = wanted.pop("verdict", {})
    read = None if verdict is None else a_verdict(**verdict)
    known: dict[str, Any] = {
        "mention": about,
        "state": State.OPEN,
        "version": 3,
        "urgent": False,
        "place": CARE,
        "route_rule": "topic",
        "route_why": "topic billing, 81% sure, words: charged, twice",
        "verdict": read,
        "triage": recommend(read) if read else None,
        "can_reply": True,
        "escalation_levels": 2,
        "promises": (
            Promise(kind=PromiseKind.DECISION, warn_at=None, due_at=NOW + HOUR),
            Promise(kind=PromiseKind.ANSWER, warn_at=None, due_at=NOW + 4 * HOUR),
        ),
        "source_title": "App reviews",
    }
    return Card(**(known | wanted))


def a_claim(owner: str = "U0ANA") -> Claim:
    return Claim(owner=owner, since=NOW - HOUR, until=NOW + HOUR)


def an_answer(state: AnswerState, **wanted: Any) -> Answer:
    known: dict[str, Any] = {"id": 1, "author": "U0ANA", "text": "We refunded it today.", "at": NOW, "state": state}
    return Answer(**(known | wanted))


def a_decision(what: str, reason: str = "It is fair") -> Decision:
    return Decision(what=what, by="U0BO", at=NOW, reason=reason)


def an_escalation(**wanted: Any) -> Escalation:
    known: dict[str, Any] = {"level": 1, "by": "U0ANA", "at": NOW, "reason": "Needs finance", "notified": ("U0EVE",)}
    return Escalation(**(known | wanted))


def a_label(kind: LabelKind, **wanted: Any) -> Label:
    known: dict[str, Any] = {"mention_id": 7, "at": NOW, "by": "U0BO", "model": "test-1", "topic_before": "billing"}
    return Label(kind=kind, **(known | wanted))


def a_page(card: Card | None = None, **wanted: Any) -> AnswerPage:
    """The answer dialog of a card; `dossier` may be given as a dictionary of what it has besides."""
    shown = card or a_card()
    dossier = Dossier(card=shown, **wanted.pop("dossier", {}))
    origin = Origin("C0CARE", "1772452800.000100")
    memory = Memory(mention_id=7, version=3, opened_at=NOW, seen=seen_of(shown), origin=origin)
    return AnswerPage(**({"dossier": dossier, "memory": memory} | wanted))


def a_past(**wanted: Any) -> Past:
    known: dict[str, Any] = {
        "mention_id": 5,
        "at": NOW - 48 * HOUR,
        "words": "The courier never came.",
        "state": State.ANSWERED,
        "by": "U0BO",
        "answer": "We sent it again.",
        "answer_state": AnswerState.SENT,
        "permalink": PERMALINK,
    }
    return Past(**(known | wanted))


def a_line(**wanted: Any) -> Line:
    known: dict[str, Any] = {
        "mention_id": 7,
        "state": State.OPEN,
        "source": "App reviews",
        "author": "Ana K.",
        "excerpt": "They charged me twice",
        "department": "Customer care",
        "due_at": NOW + HOUR,
        "owner": "",
        "urgent": False,
        "permalink": PERMALINK,
    }
    return Line(**(known | wanted))


FRAGMENTS = (
    "<!channel>", "<!here|here>", "<@U0ANA>", "<https://evil.example|Open card>", "<", ">", "&", "&lt;", "|",
    "```", "`", "*bold*", "_", "~", ":fire:", "@here", "#care", "\u202e", "\u2066", "\u2069", "\u200f", "שלום", "مرحبا",
    "z" + "\u0301" * 400, "👨‍👩‍👧‍👦", "🇩🇪", "\n", "\n\n\n", "\u2028", "\t", " ", "$x$", "%s", "{now}", "nice shop", "W" * 90,
)  # fmt: skip

hostile = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=20), max_size=12).map("".join)
"""What a customer may write, short."""

hostile_long = st.tuples(hostile, st.integers(1, 2_000)).map(lambda pair: clean((pair[0] * pair[1])[: MAX_TEXT + 9]))
"""The same, up to the longest text that is kept; as `clean` leaves it."""
