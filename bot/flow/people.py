"""Accounts ↔ people: what colleagues link by hand, what may be linked, and what linked accounts come to together."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.author import OnePerson, score_in_words
from bot.domain.person import Account, KnownAccount, Links
from bot.domain.stance import Stance, stance_of
from bot.errors import Refused
from bot.flow.desk.act import Click, Desk, enter
from bot.flow.recommended import keep_outcome
from bot.flow.voices import trusted
from bot.store import accounts, events, lists, mentions, search, voices
from bot.store.database import Session
from bot.store.search import Author

SUGGESTED, LISTED = 8, 20
"""Accounts of each kind in a dialog: each takes a block."""

MOST_REDRAWN = 100
"""Open cards of one person that follow at once; others do when something else draws them."""

Groups = tuple[tuple[Account, ...], ...]


def links_of(desk: Desk, mention_id: int) -> Links:
    """Whose account wrote a mention, and what it is linked to. Refused where the source did not say who wrote it."""
    with desk.db.read() as session:
        own = _author_of(session, mention_id)
        held = accounts.rows_of(session, own)
        described = _known(session, desk, own)
        alike = accounts.named_like(session, own.author, described.name)
        linked = [replace(_known(session, desk, each), linked_by=by, linked_at=at) for each, (by, at) in held.items()]
        titles = desk.policy.source_titles
        return Links(
            own=described,
            linked=tuple(sorted((each for each in linked if each.account != own), key=lambda one: one.account)),
            suggested=tuple(_known(session, desk, each) for each in alike if each != own and each not in held)[
                :SUGGESTED
            ],
            sources=tuple((name, titles.get(name) or name) for name in lists.sources(session)),
        )


def link_named(desk: Desk, click: Click, source: str, handle: str) -> None:
    """Link the author of a mention with an account by its handle. Refused where nobody of that handle wrote there."""
    wanted = handle.strip().removeprefix("@").casefold()
    with desk.db.read() as session:
        alike = accounts.named_like(session, wanted, "") if wanted else ()
        found = [each for each in alike if each.source == source]
        other = accounts.newest_mention(session, found[0]) if found else None
    if other is None:
        raise Refused("Nobody of that handle has written there. Spell it as the source does, or choose another source.")
    link(desk, click, other)


def link(desk: Desk, click: Click, other: int) -> None:
    """The authors of the clicked mention and of `other` are one person; both logs tell who said so."""
    _settle(desk, click, other, linked=True)


def unlink(desk: Desk, click: Click, other: int) -> None:
    """The author of `other` is somebody else than that of the clicked mention."""
    _settle(desk, click, other, linked=False)


def _settle(desk: Desk, click: Click, other: int, *, linked: bool) -> None:
    with desk.db.write() as session:
        record, now = enter(session, desk, click)
        if record is None:
            return
        one, two = _author_of(session, click.mention_id), _author_of(session, other)
        if one == two:
            raise Refused("That is the same account.")
        changed = accounts.link(session, one, two, by=click.user, now=now) if linked else accounts.unlink(session, two)
        if not changed:
            raise Refused("They are linked already." if linked else "They are not linked any more.")
        what = "account_linked" if linked else "account_unlinked"
        detail = {"accounts": f"{_said(desk, one)} = {_said(desk, two)}"}
        for mention_id in {click.mention_id, other}:
            events.append(session, mention_id, click.user, what, now, detail)
        theirs = {each for account in (one, two) for each in voices.open_of(session, account, limit=MOST_REDRAWN)}
        for mention_id in sorted(theirs):  # what their author is to us stands on every card
            keep_outcome(session, mention_id)


def with_linked(session: Session, found: Sequence[Author]) -> tuple[list[Author], Groups]:
    """Authors with whoever is linked to them, those of one person beside each other; and the linked groups."""
    asked = [account_of(each) for each in found if each.author]
    linked = accounts.linked(session, asked)
    known = {account_of(each): each for each in found}
    every: dict[tuple[Account, str], Author] = {}
    groups: dict[tuple[Account, ...], None] = {}
    for each in found:
        theirs = tuple(sorted(linked.get(account_of(each), {account_of(each)}))) if each.author else ()
        if len(theirs) > 1:
            groups[theirs] = None
        others = [other for account in theirs if account not in known for other in _authors(session, account)]
        for one in (each, *(known[account] for account in theirs if account in known), *others):
            every.setdefault((account_of(one), one.name), one)
    return list(every.values()), tuple(groups)


def stances_of(session: Session, desk: Desk, found: Sequence[Author], groups: Groups) -> dict[Account, Stance]:
    """Of accounts that are linked to no other: those that are have theirs together."""
    together = {account for group in groups for account in group}
    alone = [account for each in found if each.author and (account := account_of(each)) not in together]
    heard = voices.heard(session, alone)
    told = {account: stance_of(trusted(desk.policy, heard[account]), desk.clock()) for account in alone}
    return {account: stance for account, stance in told.items() if stance is not None}


def one_person_each(session: Session, desk: Desk, groups: Groups) -> tuple[OnePerson, ...]:
    return tuple(_one_person(session, desk, group) for group in groups)


def _one_person(session: Session, desk: Desk, group: tuple[Account, ...]) -> OnePerson:
    heard = trusted(desk.policy, voices.heard(session, group[:1])[group[0]])
    written = [each for account in group for each in _authors(session, account)]
    posts = [post for each in written for post in search.last_posts(session, each, 1)]
    return OnePerson(
        accounts=tuple(_said(desk, account) for account in group),
        total=sum(each.total for each in written),
        score=score_in_words([each.detractor for each in heard]),
        first_at=min(each.first_at for each in written),
        last_at=max(post.at for post in posts),
        stance=stance_of(heard, desk.clock()),
    )


def account_of(author: Author) -> Account:
    return Account(source=author.source, author=author.author)


def _authors(session: Session, account: Account) -> list[Author]:
    return [each for each in search.authors(session, account.author) if account_of(each) == account]


def _author_of(session: Session, mention_id: int) -> Account:
    record = mentions.load(session, mention_id)
    if record is None:
        raise Refused("This mention was erased.")
    if not record.mention.author:
        raise Refused("The source did not say who wrote this.")
    return Account(source=record.mention.source, author=record.mention.author)


def _known(session: Session, desk: Desk, account: Account) -> KnownAccount:
    name, total, newest = accounts.described(session, account)
    title = desk.policy.source_titles.get(account.source) or account.source
    return KnownAccount(account=account, source_title=title, name=name, total=total, mention_id=newest)


def _said(desk: Desk, account: Account) -> str:
    return f"{account.author} on {desk.policy.source_titles.get(account.source) or account.source}"
