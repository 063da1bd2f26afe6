"""Saved replies, kept by people: listed, written, changed, retired and brought back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.draft import AGENT, LINK, NAME, Accepted, draft_of, plain_words
from bot.domain.mention import Mention
from bot.domain.saved_reply import Field, SavedReply, Shelf, Written, fault_in, filled
from bot.errors import Refused, Taken
from bot.flow.desk.act import Desk
from bot.flow.drafts import ours, values_of
from bot.store import inbound, mentions, saved_replies
from bot.store.database import Session

PAGE = 8
_CHANGED = "This reply has changed since you opened it: copy what you wrote, close this, and open it again."
_FIELDS_OF = {f"[{NAME}]": Field.AUTHOR, f"[{AGENT}]": Field.AGENT, f"[{LINK}]": Field.LINK}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A text as one mention would fill it; `who` wrote that mention, empty where it is made up."""

    text: str
    who: str = ""


def listing(desk: Desk, *, retired: bool = False, page: int = 0) -> Shelf:
    """A page that is no more there gives the last one that is."""
    with desk.db.read() as session:
        _, total = saved_replies.page(session, retired=retired, offset=0, limit=0)
        _, others = saved_replies.page(session, retired=not retired, offset=0, limit=0)
        last = max(total - 1, 0) // PAGE
        at = min(page, last)
        found, _ = saved_replies.page(session, retired=retired, offset=at * PAGE, limit=PAGE)
    return Shelf(replies=tuple(found), total=total, page=at, size=PAGE, retired=retired, others=others)


def reply_of(desk: Desk, reply_id: int) -> SavedReply:
    with desk.db.read() as session:
        return _found(session, reply_id)


def save(desk: Desk, change: Written, *, by: str, key: str) -> SavedReply | None:
    """Write a new reply, or over the version that was before the writer; None for a second delivery.

    Raises Refused with what is wrong with it, and Taken where somebody changed it meanwhile.
    """
    fault = fault_in(change.title, change.text)
    if fault:
        raise Refused(fault)
    if change.department and change.department not in desk.policy.routing.departments:
        raise Refused("That team is not configured any more: choose another, or all teams.")
    with desk.db.write() as session:
        now = desk.clock()
        if not inbound.first_time(session, key, now):
            return None
        before = _found(session, change.id) if change.id else None
        wanted = SavedReply(
            id=change.id,
            title=change.title.strip(),
            text=change.text.strip(),
            department=change.department,
            created_by=before.created_by if before else by,
            created_at=before.created_at if before else now,
            updated_by=by,
            updated_at=now,
        )
        _refuse_twin(session, wanted)
        if before is None:
            return saved_replies.add(session, wanted)
        _write(session, wanted, before, change.version)
        return wanted


def retire(desk: Desk, reply_id: int, version: int, *, by: str, key: str) -> None:
    """Offer it no more. It stays, with who retired it and when, and can be brought back."""
    _end(desk, reply_id, version, by=by, key=key, retired=True)


def bring_back(desk: Desk, reply_id: int, version: int, *, by: str, key: str) -> None:
    _end(desk, reply_id, version, by=by, key=key, retired=False)


def preview(desk: Desk, text: str, department: str, name: str) -> Preview:
    """The text as the department's newest mention fills it, answered by somebody of that name."""
    with desk.db.read() as session:
        newest = saved_replies.newest_mention(session, department)
        record = mentions.load(session, newest) if newest else None
    if record is None:
        return Preview(text=filled(text, _made_up(desk, name)))
    author = record.mention.author_name or record.mention.author
    return Preview(text=filled(text, values_of(desk.policy, record, name)), who=author or "somebody")


def out_of_answer(desk: Desk, mention_id: int) -> tuple[str, str]:
    """The text of a reply out of the answer that a mention was given, with fields and blanks, and the mention's department."""
    with desk.db.read() as session:
        record = mentions.load(session, mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    if record.answer is None or not record.answer.text.strip():
        raise Refused("There is no answer to save: it has no text.")
    given = _as_accepted(record.mention, record.answer.text)
    text = draft_of(given, ours=ours(desk.policy), now_said="", common=plain_words([given.text, given.question]))
    for blank, field in _FIELDS_OF.items():
        text = text.replace(blank, f"{{{field}}}")
    return text, record.department


def _as_accepted(mention: Mention, text: str) -> Accepted:
    return Accepted(
        answer_id=0,
        mention_id=mention.id,
        likeness=1.0,
        text=text,
        by="",
        at=mention.received_at,
        permalink="",
        question=mention.text,
        author=mention.author,
        author_name=mention.author_name,
    )


def _end(desk: Desk, reply_id: int, version: int, *, by: str, key: str, retired: bool) -> None:
    with desk.db.write() as session:
        now = desk.clock()
        if not inbound.first_time(session, key, now):
            return
        before = _found(session, reply_id)
        wanted = replace(before, updated_by=by, updated_at=now, ended_at=now if retired else None)
        if not retired:
            _refuse_twin(session, wanted)
        _write(session, wanted, before, version)


def _write(session: Session, wanted: SavedReply, before: SavedReply, version: int) -> None:
    if not saved_replies.change(session, wanted, version=version):
        raise Taken(_CHANGED, owner=before.updated_by, since=before.updated_at, did="changed it")


def _refuse_twin(session: Session, wanted: SavedReply) -> None:
    if saved_replies.is_title_taken(session, wanted):
        raise Refused(f"There is a reply called “{wanted.title}” for them already: choose another title.")


def _found(session: Session, reply_id: int) -> SavedReply:
    found = saved_replies.load(session, reply_id)
    if found is None:
        raise Refused("This saved reply is not there any more.")
    return found


def _made_up(desk: Desk, name: str) -> Mapping[Field, str]:
    company = desk.policy.company
    return {
        Field.AUTHOR: "Maria Example",
        Field.COMPANY: company,
        Field.PRODUCT: company,
        Field.TEAM: "Our team",
        Field.SOURCE: "Example Reviews",
        Field.LINK: "https://example.com/post/1",
        Field.AGENT: name,
    }
