"""rows → who speaks of us again and again: on the card, on the author's page and in the report."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.domain.mention import Mention
from bot.domain.person import Account, Voiced, Voices
from bot.domain.policy import Policy
from bot.domain.stance import LEAST_POSTS, LOOK_BACK, Heard, StanceKind, stance_of
from bot.store import accounts, voices
from bot.store.database import Database, Session
from classifiers.verdict import UNKNOWN_LANGUAGE

AT_ONCE = 100
"""People whose posts are read in one go."""


def heard_of(session: Session, policy: Policy, mention: Mention) -> tuple[Heard, ...]:
    """What the author of a mention said so far, as far as it can be relied on; nothing of somebody unnamed."""
    if not mention.author:
        return ()
    account = Account(source=mention.source, author=mention.author)
    return trusted(policy, voices.heard(session, [account])[account])


def trusted(policy: Policy, heard: Iterable[Heard]) -> tuple[Heard, ...]:
    """Without what the model read in a language in which its scores are not to be trusted."""
    known = {*policy.routing.score_languages, UNKNOWN_LANGUAGE, ""}
    return tuple(each for each in heard if each.language in known)


def voices_now(db: Database, policy: Policy, now: datetime) -> Voices:
    """Everybody with a stance, each person once, the strongest first."""
    with db.read() as session:
        often = voices.frequent(session, now - LOOK_BACK - timedelta(days=1), LEAST_POSTS)
        linked = accounts.linked(session, often)
        leads = sorted({min(linked[each]) for each in often})
        found = [
            voiced
            for start in range(0, len(leads), AT_ONCE)
            for voiced in _voiced(session, policy, leads[start : start + AT_ONCE], now)
        ]
    ranked = sorted(found, key=lambda each: (-each.stance.strength, each.name))
    return Voices(
        detractors=tuple(each for each in ranked if each.stance.kind is StanceKind.DETRACTOR),
        advocates=tuple(each for each in ranked if each.stance.kind is StanceKind.ADVOCATE),
    )


def _voiced(session: Session, policy: Policy, people: Sequence[Account], now: datetime) -> Iterator[Voiced]:
    heard = voices.heard(session, people)
    for account in people:
        stance = stance_of(trusted(policy, heard[account]), now)
        if stance is None:
            continue
        theirs = accounts.linked(session, [account])[account]
        newest = max(theirs, key=lambda each: accounts.newest_mention(session, each) or 0)
        name, _, _ = accounts.described(session, newest)
        title = policy.source_titles.get(newest.source) or newest.source
        yield Voiced(name=name or newest.author, source_title=title, accounts=len(theirs), stance=stance)
