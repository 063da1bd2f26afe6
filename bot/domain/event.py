"""One line of the append-only log: who did what to which mention, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

EARSHOT = "earshot"
"""The actor of what no person did."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """`what` is an `Action`'s value or one of NOTES; `detail` holds the values before and after, and the reason."""

    id: int
    mention_id: int
    at: datetime
    actor: str
    what: str
    detail: Mapping[str, str]


NOTES = frozenset(
    {
        "ingested",
        "edited",
        "followed",
        "withdrawn",
        "restored",
        "offered",
        "offer_declined",
        "offer_withdrawn",
        "offer_ended",
        "turns_over",
        "undone",
        "posted",
        "post_failed",
        "answer_written",
        "answer_approved",
        "answer_returned",
        "reply_sent",
        "reply_failed",
        "retry_reply",
        "warned",
        "missed",
        "unjudged",
        "rejudged",
        "topic_corrected",
        "score_corrected",
        "rated",
        "overridden",
        "override_withdrawn",
        "escalation_waits",
        "chain_ended",
        "accuracy_fell",
        "shared",
        "issue_linked",
        "issue_unlinked",
        "released",
        "author_told",
        "accuracy_recovered",
        "signal_raised",
        "signal_joined",
        "signal_real",
        "signal_no_pattern",
        "kudos",
    }
)
"""What the log holds besides the actions of the transition table."""
