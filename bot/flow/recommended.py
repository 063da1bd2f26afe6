"""What is remembered of a mention → what the response flow recommends, and what people made of that."""

from typing import Any

from bot.domain.agreement import Agreement, agreement
from bot.domain.label import LabelKind
from bot.domain.lifecycle import Action
from bot.domain.listening import THEME
from bot.domain.override import with_overrides
from bot.domain.recommendation import recommend
from bot.domain.triage import Triage
from bot.store import mentions
from bot.store.database import Session
from bot.store.records import Record


def triage_of(record: Record) -> Triage | None:
    """The recommendation as people see it: a person's score and answers go before the model's.

    None where nobody judged, and where people only join in: the flow is about what is said of us.
    """
    if record.verdict is None or record.route_rule == THEME:
        return None
    said = record.corrections.get(LabelKind.SCORE)
    read = recommend(record.verdict, said=said.score if said else None, known_basher=record.known_basher)
    return with_overrides(read, record.overrides)


def outcome_of(record: Record) -> str:
    """The column `recommended`: an Outcome's value, empty where nothing is recommended."""
    triage = triage_of(record)
    return triage.outcome if triage else ""


def keep_outcome(session: Session, mention_id: int, **values: Any) -> None:
    """Write the recommendation down anew after something that it goes by has changed, so that lists can ask for it.

    What shows the mention is drawn again; `values` are columns to set besides.
    """
    session.flush()
    record = mentions.load(session, mention_id)
    assert record is not None
    mentions.touch(session, mention_id, **{**values, "recommended": outcome_of(record)})


def agreement_on(record: Record, action: Action) -> Agreement | None:
    """How `action` stands to what the model alone recommended: an override is a disagreement that came before it."""
    if record.verdict is None or record.route_rule == THEME:
        return None
    return agreement(recommend(record.verdict).outcome, action)
