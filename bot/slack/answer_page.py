"""Everything that the answer dialog shows, gathered for one person and one mention."""

from collections.abc import Collection, Sequence

from bot.domain.card import Card
from bot.domain.preflight.finding import Preflight
from bot.domain.seen import seen_of
from bot.flow.desk import approving
from bot.flow.dossier import dossier_of
from bot.flow.drafts import Similar, suggestions
from bot.flow.preflight import check
from bot.slack.approvers import authored_rules, people_who_approve
from bot.slack.blocks.answer import AnswerPage, Insertable, Offer
from bot.slack.blocks.answer_memory import Memory
from bot.slack.blocks.card import UNREAD
from bot.slack.blocks.message import Json
from bot.slack.blocks.metadata import Origin
from bot.slack.blocks.preflight import preflight_blocks
from bot.slack.blocks.text import percent
from bot.slack.floor import Floor

REPLY, DRAFT = "reply", "draft"


def page_for(
    floor: Floor, user: str, memory: Memory, draft: str, *, stop: Sequence[Json] = (), goes_on: bool = False
) -> AnswerPage:
    """The dialog as it stands now for somebody who writes."""
    mention_id = memory.mention_id
    need = approving.approval_for(floor.desk, mention_id, authored_rules(floor, user))
    return AnswerPage(
        dossier=dossier_of(floor.desk, mention_id, permalink=floor.directory.permalink),
        memory=memory,
        draft=draft,
        offer=offer_for(floor, mention_id, user),
        stop=stop,
        findings=findings_for(floor, user, memory, draft),
        need=need,
        approvers=people_who_approve(floor, need.rule, but=user) if need else (),
        goes_on=goes_on,
    )


def new_memory(floor: Floor, card: Card, origin: Origin) -> Memory:
    """What a dialog remembers that is opened on this card now."""
    return Memory(
        mention_id=card.mention.id,
        version=card.version,
        opened_at=floor.desk.clock(),
        seen=seen_of(card),
        origin=origin,
    )


def begun(card: Card) -> str:
    """The text to go on with: of an answer that no customer has got."""
    answer = card.answer
    return answer.text if answer is not None and answer.state in UNREAD and card.decision is None else ""


def offer_for(floor: Floor, mention_id: int, user: str) -> Offer:
    found = suggestions(floor.desk, mention_id, name_of(floor, user))
    saved = tuple(Insertable(value=f"{REPLY}:{each.reply.id}", label=each.reply.title) for each in found.saved)
    drafts = tuple(Insertable(value=f"{DRAFT}:{each.answer_id}", label=_said_of(each)) for each in found.similar)
    return Offer(saved=saved, drafts=drafts, why_none=found.why_none)


def text_of(floor: Floor, mention_id: int, user: str, value: str) -> tuple[str, int]:
    """The text behind a choice, and the saved reply that it is (0 for a draft); empty where it is gone by now."""
    found = suggestions(floor.desk, mention_id, name_of(floor, user))
    for ready in found.saved:
        if value == f"{REPLY}:{ready.reply.id}":
            return ready.text, ready.reply.id
    return next((each.text for each in found.similar if value == f"{DRAFT}:{each.answer_id}"), ""), 0


def name_of(floor: Floor, user: str) -> str:
    return floor.directory.names_of([user]).get(user, "")


def findings_for(floor: Floor, user: str, memory: Memory, draft: str, ticked: Collection[str] = ()) -> list[Json]:
    """What there is to think of in the draft."""
    return preflight_blocks(looked_at(floor, user, memory, draft), ticked)


def looked_at(floor: Floor, user: str, memory: Memory, draft: str) -> Preflight:
    return check(floor.desk, memory.mention_id, draft, by=user, opened_at=memory.opened_at)


def _said_of(draft: Similar) -> str:
    return f"{percent(draft.likeness)} alike: {draft.text}"
