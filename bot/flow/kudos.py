"""mentions → kudos, outbox: whoever a customer praises by name is told, once, in the transaction that finds it out."""

from datetime import datetime

from bot.domain.event import EARSHOT
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind, PostingKind
from bot.flow.crash import crash_point
from bot.flow.view import card_of
from bot.store import events, kudos, outbox
from bot.store.database import Database, Session
from bot.store.records import Record

SLOT = "kudos"


def thank(session: Session, policy: Policy, record: Record, now: datetime) -> None:
    """Pass on what `record` says in praise of our people. What was passed on stays so: a score that is corrected later, or
    a post that is edited, brings nobody the same thanks again.
    """
    mention_id = record.mention.id
    for each in card_of(record, policy).praised:
        if not kudos.add(session, mention_id, each, now):
            continue
        body = {"notice": NoticeKind.KUDOS, "name": each.name}
        outbox.want(session, mention_id, each.person, PostingKind.NOTICE, now, slot=SLOT, body=body)
        events.append(session, mention_id, EARSHOT, "kudos", now, {"name": each.name})
        crash_point("kudos.wanted")


def wants_kudos(db: Database, person: str) -> bool:
    """`person` is a Slack id, here and below."""
    return person not in silent_people(db)


def silent_people(db: Database) -> frozenset[str]:
    with db.read() as session:
        return kudos.silent(session)


def choose_kudos(db: Database, person: str, now: datetime, *, wanted: bool) -> None:
    """From now on, also for thanks that are on their way. Choosing the same twice changes nothing."""
    with db.write() as session:
        if wanted:
            kudos.unsilence(session, person)
        else:
            kudos.silence(session, person, now)
