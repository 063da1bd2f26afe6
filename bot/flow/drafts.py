"""What an answer can begin with: the department's saved replies, and drafts of answers that like mentions were given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.draft import draft_of, plain_words
from bot.domain.mention import subject_text
from bot.domain.policy import Policy
from bot.domain.saved_reply import Field, SavedReply, filled
from bot.errors import Refused
from bot.flow.desk.act import Desk
from bot.store import mentions, saved_replies, vectors
from bot.store.database import Session
from bot.store.records import Record

MOST_DRAFTS = 3
LEAST_LIKENESS = 0.62
"""Of mentions at least so alike, a person would use the answer of the likest in 85 cases of 100 (docs/nearness.md)."""


VOCABULARY = 300
"""Answers in whose words the drafts' capitals are looked up: what somebody wrote in small letters is no name."""


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A saved reply, and its text filled for the mention at hand; what nobody knows is a blank."""

    reply: SavedReply
    text: str


@dataclass(frozen=True, kw_only=True)
class Similar:
    """A draft out of an accepted answer: who gave it, when, to what words, and where it can be read."""

    answer_id: int
    mention_id: int
    likeness: float
    text: str
    by: str
    at: datetime
    permalink: str
    question: str


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """What can be inserted. Where there is nothing `similar`, `why_none` says so in a sentence."""

    saved: tuple[Ready, ...] = ()
    similar: tuple[Similar, ...] = ()
    why_none: str = ""


def suggestions(desk: Desk, mention_id: int, name: str) -> Suggestions:
    """For one mention and the person who answers it, by the name that customers may read; empty leaves a blank.

    Raises Refused for a mention that was erased.
    """
    with desk.db.read() as session:
        record = mentions.load(session, mention_id)
        if record is None:
            raise Refused("This mention was erased.")
        ready = saved_replies.for_department(session, record.department)
        similar = _similar(session, desk.policy, record)
        why_none = "" if similar else _why_none(session, mention_id)
    values = values_of(desk.policy, record, name)
    saved = tuple(Ready(reply=each, text=filled(each.text, values)) for each in ready)
    return Suggestions(saved=saved, similar=similar, why_none=why_none)


def values_of(policy: Policy, record: Record, name: str) -> Mapping[Field, str]:
    """What the fields of a saved reply stand for with this mention, answered by somebody of that name."""
    mention = record.mention
    return {
        Field.AUTHOR: mention.author_name or mention.author,
        Field.COMPANY: policy.company,
        Field.PRODUCT: policy.about.get(mention.source) or policy.company,
        Field.TEAM: policy.department(record.department).title,
        Field.SOURCE: policy.source_titles.get(mention.source) or mention.source,
        Field.LINK: mention.url,
        Field.AGENT: name,
    }


def _similar(session: Session, policy: Policy, record: Record) -> tuple[Similar, ...]:
    found = vectors.accepted_like(session, record.mention.id, least=LEAST_LIKENESS, limit=MOST_DRAFTS)
    now_said = subject_text(record.mention.title, record.mention.text)
    written = vectors.newest_answers(session, VOCABULARY) if found else ()
    common = plain_words([now_said, *written, *(each.question for each in found)])
    return tuple(
        Similar(
            answer_id=each.answer_id,
            mention_id=each.mention_id,
            likeness=each.likeness,
            text=draft_of(each, ours=ours(policy), now_said=now_said, common=common),
            by=each.by,
            at=each.at,
            permalink=each.permalink,
            question=each.question,
        )
        for each in found
    )


def ours(policy: Policy) -> Iterable[str]:
    """Names that are true whoever asks."""
    return (policy.company, *policy.routing.names, *policy.about.values())


def _why_none(session: Session, mention_id: int) -> str:
    if not vectors.has_vector(session, mention_id):
        return "No draft yet: this mention has still to be compared with answered ones."
    return "No draft: nothing like it was answered before."
