"""mention + draft → what is to be thought of before the draft goes out."""

from dataclasses import replace
from datetime import datetime

from bot.domain.card import Card
from bot.domain.label import LabelKind
from bot.domain.policy import Policy
from bot.domain.preflight.finding import Mode, Preflight
from bot.domain.preflight.hashtag import hashtags as tags_in
from bot.domain.preflight.review import review
from bot.domain.preflight.situation import Situation
from bot.domain.preflight.usage import Usage
from bot.domain.promise import PromiseKind
from bot.errors import Refused
from bot.flow.desk.act import Desk, card_now
from bot.store import hashtags
from bot.store.database import Session
from bot.store.hashtags import Examples

PAGE = 5
"""Examples of a hashtag in one dialog."""

LOOKED_UP = 10
"""Hashtags of one draft that are looked up; those beyond are told to be too many."""


def check(desk: Desk, mention_id: int, draft: str, *, by: str, opened_at: datetime | None = None) -> Preflight:
    """What there is to say of `draft` as an answer of `by`, as strict as the mention's department is; changes nothing.

    `opened_at` is when `by` began to write; without it the claim tells since when they could have read the post.
    """
    with desk.db.read() as session:
        return check_in(session, desk, card_now(session, desk, mention_id), draft, by=by, opened_at=opened_at)


def check_in(
    session: Session, desk: Desk, card: Card, draft: str, *, by: str, opened_at: datetime | None = None
) -> Preflight:
    """`check` within a transaction that is open already."""
    mode = desk.policy.department(card.place.name).preflight
    if mode is Mode.OFF or not draft.strip():
        return Preflight(mode=mode)
    tags = list(dict.fromkeys(each.tag for each in tags_in(draft)))[:LOOKED_UP]
    usages = {tag: _titled(usage, desk.policy) for tag, usage in hashtags.usages(session, tags).items()}
    began = opened_at or (card.claim.since if card.claim is not None and card.claim.owner == by else None)
    situation = Situation(
        now=desk.clock(),
        text=f"{card.mention.title}\n{card.mention.text}",
        author=card.mention.author,
        author_name=card.mention.author_name,
        posted_at=card.mention.posted_at,
        due_at=_due_at(card),
        opened_at=began,
        outcome=card.triage.outcome if card.triage else None,
        detractor=_detractor(card),
        reach=card.mention.reach,
        urgent=card.urgent,
        voice=desk.policy.voice,
        usages=usages,
    )
    return review(draft, situation, mode)


def examples(desk: Desk, tag: str, *, page: int = 0) -> Examples:
    """Posts with a hashtag, newest first; Refused for what is no page."""
    if page < 0:
        raise Refused("There is nothing newer than the first page.")
    with desk.db.read() as session:
        return hashtags.examples(session, tag, page=page, size=PAGE)


def _titled(usage: Usage, policy: Policy) -> Usage:
    """Sources as people know them."""
    return replace(usage, sources=tuple(policy.source_titles.get(name, "") or name for name in usage.sources))


def _due_at(card: Card) -> datetime | None:
    open_ones = (each for each in card.promises if each.kind is PromiseKind.ANSWER and each.settled_at is None)
    return next((each.due_at for each in open_ones), None)


def _detractor(card: Card) -> float:
    said = card.corrections.get(LabelKind.SCORE)
    if said is not None and said.score is not None:
        return said.score.detractor
    return card.verdict.detractor if card.verdict else 0.0
