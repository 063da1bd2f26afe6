"""What a person says against the model's score."""

from datetime import datetime

from bot.domain.card import Card
from bot.domain.label import LabelKind, Score
from bot.domain.lifecycle import CLOSED, LIVE
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, begin, card_now
from bot.flow.kudos import thank
from bot.flow.recommended import keep_outcome
from bot.flow.teach import teach_score
from bot.store import events, mentions
from bot.store.database import Session


def correct_score(desk: Desk, click: Click, score: Score | None) -> Card:
    """Say how its author speaks of us, where the model read it wrongly; None takes that back. Anybody may, at any time."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        said = record.corrections.get(LabelKind.SCORE)
        before = said.score if said else None
        if said is not None and before is score:
            raise Taken(f"It says {score} already.", owner=said.by, since=said.at, did="said so")
        if before is score:
            raise Refused("There is no correction to take back: it says what the model estimated.")
        teach_score(session, record, score, by=click.user, now=now)
        keep_outcome(session, record.mention.id)
        _pass_on_praise(session, desk, record.mention.id, now)
        detail = {"before": before or "as estimated", "after": score or "as estimated"}
        events.append(session, record.mention.id, click.user, "score_corrected", now, detail)
        return card_now(session, desk, record.mention.id)


def _pass_on_praise(session: Session, desk: Desk, mention_id: int, now: datetime) -> None:
    """What a person calls praise may name somebody. What is in no channel is passed on to nobody."""
    session.flush()
    record = mentions.load(session, mention_id)
    if record is not None and record.state in LIVE | CLOSED:
        thank(session, desk.policy, record, now)
