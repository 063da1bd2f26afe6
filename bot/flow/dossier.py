"""rows → what whoever answers should know besides the post itself."""

from collections.abc import Callable

from bot.domain.dossier import Dossier, Past
from bot.domain.policy import Policy
from bot.domain.posting import Posting
from bot.flow.desk.act import Desk, card_now
from bot.store import dossiers, outbox
from bot.store.database import Session
from bot.store.dossiers import Around
from bot.store.records import Record

IN_THREAD, BY_AUTHOR = 4, 3
PAGE = 20
EXCERPT = 400
"""Characters of a post or answer that a dossier may draw on; what shows it cuts visibly."""

Permalink = Callable[[str, str], str]
"""Gives the address of a message from its channel id and ts."""


def dossier_of(desk: Desk, mention_id: int, *, permalink: Permalink) -> Dossier:
    """`permalink` may ask Slack, so it is called when the transaction is over. Refused for a mention that was erased."""
    with desk.db.read() as session:
        card = card_now(session, desk, mention_id)
        thread = dossiers.of_thread(session, card.mention, dossiers.thread_of(session, mention_id), limit=IN_THREAD)
        author = dossiers.of_author(session, card.mention, limit=BY_AUTHOR)
        cards = _cards(session, desk.policy, (thread, author))
    return Dossier(
        card=card,
        thread=tuple(_past(record, cards, permalink) for record in reversed(thread.records)),
        thread_total=thread.total,
        author=tuple(_past(record, cards, permalink) for record in author.records),
        author_total=author.total,
    )


def author_page(desk: Desk, mention_id: int, page: int, *, permalink: Permalink) -> Dossier:
    """One page of the author's other posts, page 0 the newest."""
    with desk.db.read() as session:
        card = card_now(session, desk, mention_id)
        author = dossiers.of_author(session, card.mention, limit=PAGE, first=page * PAGE)
        cards = _cards(session, desk.policy, (author,))
    past = tuple(_past(record, cards, permalink) for record in author.records)
    return Dossier(card=card, author=past, author_total=author.total)


def _cards(session: Session, policy: Policy, around: tuple[Around, ...]) -> dict[int, Posting]:
    """Where the card of each stands; those without one are left out."""
    found = {
        record.mention.id: outbox.live_card(session, record.mention.id, policy.department(record.department).channel)
        for each in around
        for record in each.records
    }
    return {mention_id: posting for mention_id, posting in found.items() if posting is not None}


def _past(record: Record, cards: dict[int, Posting], permalink: Permalink) -> Past:
    mention, answer, card = record.mention, record.answer, cards.get(record.mention.id)
    return Past(
        mention_id=mention.id,
        at=mention.posted_at or mention.received_at,
        words=(mention.text or mention.title)[:EXCERPT],
        state=record.state,
        by=record.decision.by if record.decision else "",
        answer=answer.text[:EXCERPT] if answer else "",
        answer_state=answer.state if answer else None,
        permalink=permalink(card.channel_id, card.ts) if card else "",
    )
