"""What a person says at a question of the response flow, and taking that back. It changes the recommendation, nothing else."""

from bot.domain.card import Card
from bot.domain.lifecycle import LIVE
from bot.domain.override import Override
from bot.domain.person import Account
from bot.domain.triage import FLIPPED, QUESTIONS, Answer, Finding, Node
from bot.errors import Refused, Taken
from bot.flow.desk.act import Click, Desk, begin, card_now
from bot.flow.recommended import keep_outcome
from bot.flow.view import card_of
from bot.store import events, overrides, voices
from bot.store.database import Session

MOST_REDRAWN = 200
"""Open mentions of one author that follow at once; others do when something else draws them."""


def override(desk: Desk, click: Click, node: Node, answer: Answer, reason: str) -> Card:
    """Answer one question of the path in place of the model or of who answered it before; anybody may, while it is open.

    Refused where the path has moved on meanwhile and does not ask this, Taken where somebody said so already.
    """
    if not reason.strip():
        raise Refused("Please say why: whoever decides on this card will want to know.")
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        before = card_of(record, desk.policy)
        asked = finding_at(before, node)
        if asked.answer is answer:
            raise _said_already(asked)
        ruling = Override(node=node, answer=answer, reason=reason.strip(), by=click.user, at=now)
        overrides.add(session, click.mention_id, ruling)
        detail = {"question": QUESTIONS[node], "before": asked.answer.value, "after": answer.value, "reason": reason}
        card, paths = _paths(session, desk, before, node)
        events.append(session, click.mention_id, click.user, "overridden", now, {**detail, **paths})
        return card


def withdraw(desk: Desk, click: Click, node: Node) -> Card:
    """Let the model answer again; anybody may."""
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        before = card_of(record, desk.policy)
        _refuse_unless_live(before)
        held = overrides.withdraw(session, click.mention_id, node, by=click.user, at=now)
        if held is None:
            raise Refused("That is taken back already: the model's answer counts.")
        detail = {"question": QUESTIONS[node], "before": held.answer.value, "reason_then": held.reason}
        card, paths = _paths(session, desk, before, node)
        events.append(session, click.mention_id, click.user, "override_withdrawn", now, {**detail, **paths})
        return card


def finding_at(card: Card, node: Node) -> Finding:
    """What stands at a question of the path; Refused where it is not asked."""
    _refuse_unless_live(card)
    if card.triage is None:
        raise Refused("The model could not judge this one, so there is no recommendation to correct.")
    asked = next((each for each in card.triage.path if each.node is node), None)
    if asked is None:
        raise Refused("The path has changed and does not ask this any more: look at the response flow again.")
    return asked


def _refuse_unless_live(card: Card) -> None:
    if card.state not in LIVE:
        raise Refused("It is closed: reopen it first, then correct the recommendation.")


def _said_already(asked: Finding) -> Refused:
    if asked.by and asked.at is not None:
        return Taken(f"It says {asked.answer} already.", owner=asked.by, since=asked.at, did="said so")
    return Refused(f"It says {asked.answer} already: to correct it, say {FLIPPED[asked.answer]}.")


def _of_same_author(session: Session, card: Card, node: Node) -> list[int]:
    """A troll is a property of the author: what is open of theirs is recommended anew."""
    mention = card.mention
    if node is not Node.TROLL or not mention.author:
        return []
    return voices.open_of(session, Account(source=mention.source, author=mention.author), limit=MOST_REDRAWN)


def _paths(session: Session, desk: Desk, before: Card, node: Node) -> tuple[Card, dict[str, str]]:
    """The card with its new recommendation, and for the log where the path led before and leads now."""
    for mention_id in {before.mention.id, *_of_same_author(session, before, node)}:
        keep_outcome(session, mention_id)
    card = card_now(session, desk, before.mention.id)
    short = [each.triage.short if each.triage else "" for each in (before, card)]
    return card, {"recommended_before": short[0], "recommended_after": short[1]}
