"""What a mention asks for: a link to the issue that would bring it, and word that it is released."""

from bot.domain.card import Card
from bot.domain.issue import LONGEST_RELEASE, LONGEST_TITLE, Demand, Issue, issue_key
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, begin, card_now
from bot.store import events, inbound, issues, mentions


def link_issue(desk: Desk, click: Click, key: str, title: str = "") -> Card:
    """Note that this mention asks for an issue. Anybody may, whoever holds it and however it was closed."""
    asked, named = _key(key), title.strip()[:LONGEST_TITLE]
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        issue = issues.open_issue(session, asked, named, click.user, now)
        if not issues.link(session, issue, record.mention.id, click.user, now):
            raise Refused(f"It is linked to {issue.key} already.")
        mentions.touch(session, record.mention.id)
        events.append(session, record.mention.id, click.user, "issue_linked", now, {"issue": issue.key})
        return card_now(session, desk, record.mention.id)


def unlink_issue(desk: Desk, click: Click, key: str) -> Card:
    with desk.db.write() as session:
        record, now = begin(session, desk, click)
        if record is None:
            return card_now(session, desk, click.mention_id)
        if not issues.unlink(session, key, record.mention.id):
            raise Refused(f"It is not linked to {key} (any more).")
        mentions.touch(session, record.mention.id)
        events.append(session, record.mention.id, click.user, "issue_unlinked", now, {"issue": key})
        return card_now(session, desk, record.mention.id)


def demanded(desk: Desk, *, limit: int, offset: int = 0) -> tuple[list[Demand], int]:
    """Issues with something left to do, those that most ask for first; and how many there are in all."""
    with desk.db.read() as session:
        return issues.demands(session, limit=limit, offset=offset)


def demand_of(desk: Desk, key: str) -> Demand:
    """How many wait for one issue. Refused where there is none of this key."""
    with desk.db.read() as session:
        issue = issues.get(session, _key(key))
        if issue is None:
            raise Refused(f"No mention is linked to {key}. `/mentions issues` lists what customers wait for.")
        return Demand(issue=issue, mentions=issues.asked(session, issue), to_tell=issues.waiting(session, issue))


def release_issue(desk: Desk, key: str, version: str, *, by: str, act: str) -> Issue:
    """Say that an issue is out: the clock brings back every mention that asked for it. `act` is the act's own key."""
    asked, version = _key(key), version.strip()
    if not version or len(version) > LONGEST_RELEASE:
        raise Refused(f"Say in which release it came, such as 2.3, in at most {LONGEST_RELEASE} characters.")
    with desk.db.write() as session:
        now = desk.clock()
        issue = issues.get(session, asked)
        if issue is None:
            raise Refused(f"No mention is linked to {asked}. `/mentions issues` lists what customers wait for.")
        if inbound.first_time(session, act, now) and not issues.release(session, issue, version, by, now):
            raise Refused(f"{issue.key} was said to be out already, in {issue.released_in}.")
        found = issues.get(session, asked)
        assert found is not None
        return found


def _key(said: str) -> str:
    try:
        return issue_key(said)
    except ValueError as error:
        raise Refused(str(error)) from error
