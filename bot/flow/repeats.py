"""verdicts → one card: what says again what another post says is folded under it, and people take out what is not the same."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.card import Card
from bot.domain.listening import THEME
from bot.domain.mention import Mention
from bot.domain.policy import Policy
from bot.domain.repeat import may_fold
from bot.domain.wording import OWN_LEAST, Wording, says_again, wording_of
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, card_now, enter
from bot.store import mentions, repeat_lists, repeats
from bot.store.database import Session
from bot.store.records import Record
from bot.store.repeat_lists import RepeatPage
from bot.store.repeats import First
from bot.store.sketches import bands_of

PAGE = 10
"""Posts on one page of the list: each takes two of Slack's 100 blocks."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A first post, and a page of what says the same."""

    card: Card
    page: RepeatPage


def first_of(session: Session, policy: Policy, record: Record, now: datetime) -> Record | None:
    """The mention, locked, that says the same already, as its own row tells; None where this one is to have its own card,
    and may be a first.

    `record` has the rule of the route that is chosen for it.
    What people brought in by hand is never folded: they want to see it. Nor is what its author has said more after.
    """
    mention = record.mention
    within = policy.repeats.within
    wording = wording_of(mention.title, mention.text)
    if not within or len(wording.words) < OWN_LEAST:
        return None
    bands = bands_of(wording.pieces)
    is_alone = mention.added_by or record.followed_at is not None or repeats.was_taken_out(session, mention.id)
    if not is_alone:
        likely = repeats.firsts(session, record, bands, now - within)
        root = next((root for each in likely if (root := _root(session, record, wording, each)) is not None), None)
        if root is not None:
            return root
    repeats.keep_bands(session, mention.id, bands)
    return None


def _root(session: Session, record: Record, wording: Wording, first: First) -> Record | None:
    """The first, locked; None where the mention does not stand under it."""
    mention = record.mention
    same_author = bool(mention.author) and (first.source, first.author) == (mention.source, mention.author)
    if not (_is_rated_alike(record, first) and says_again(wording, first.wording, same_author=same_author)):
        return None
    root = mentions.lock_row(session, first.mention_id)
    if root is None or not _is_unchanged(root.mention, first):
        return None
    return root if _may_stand_under(root, record, same_author=same_author) else None


def _is_unchanged(mention: Mention, seen: First) -> bool:
    """Whether it still says, now that it is locked, what it was seen to say: its author may have edited it or taken it down."""
    still_says = wording_of(mention.title, mention.text) == seen.wording and mention.rating == seen.rating
    return still_says and mention.withdrawn_at is None


def _may_stand_under(root: Record, record: Record, *, same_author: bool) -> bool:
    """What is said of us is owed an answer, and what fits a theme is not: neither is shown on a card of the other."""
    if (root.route_rule == THEME) is not (record.route_rule == THEME):
        return False
    return root.state in repeats.FIRSTS and may_fold(root.state, same_author=same_author)


def _is_rated_alike(record: Record, first: First) -> bool:
    """The same words with other stars are another opinion."""
    rating = record.mention.rating
    return rating is None or first.rating is None or rating == first.rating


def list_repeats(desk: Desk, mention_id: int, page: int) -> Said:
    """What says the same as a mention, oldest first; page 0 begins. Refused for a mention that was erased."""
    with desk.db.read() as session:
        card = card_now(session, desk, mention_id)
        return Said(card=card, page=repeat_lists.page(session, mention_id, first=page * PAGE, size=PAGE))


def take_out(desk: Desk, click: Click) -> int:
    """Not the same: it gets a card of its own, and that is all; the id of the first under which it stood, 0 the second time.

    Refused for what stands under nothing any more.
    """
    with desk.db.write() as session:
        repeats.hold_first(session, click.mention_id)
        record, now = enter(session, desk, click)
        if record is None:
            return 0
        first = record.repeat_of
        if first is None or not repeats.take_out(session, record, by=click.user, now=now):
            raise Refused("It is not counted with another post any more: look for its own card.")
        return first
