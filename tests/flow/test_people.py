"""Accounts that colleagues link, who speaks of us again and again, and whom they recorded as a troll."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.author import AuthorHistory
from bot.domain.label import Score
from bot.domain.listening import HISTORY
from bot.domain.override import Override
from bot.domain.period import parse_period
from bot.domain.person import Account
from bot.domain.stance import StanceKind, stance_of
from bot.domain.triage import Answer, Node, Outcome
from bot.errors import Refused
from bot.flow import backfill, forget, people, report, search
from bot.flow.desk import correcting, deciding, overriding
from bot.flow.dossier import dossier_of
from bot.flow.voices import heard_of, voices_now
from bot.store import accounts
from bot.store.database import Database
from tests.fakes import FakeSource, MovedClock, batch, policy, post
from tests.flow.test_ingest import know
from tests.world import World

KAI, KAY = Account(source="forum", author="kai"), Account(source="blog", author="kay")


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, policy())


def write(world: World, number: int, text: str, author: str, *, source: str = "forum", **fields: object) -> None:
    """Somebody writes now, and it is judged and routed."""
    item = post(number, text, author=author, author_name=author.title(), posted_at=world.clock(), **fields)
    world.arrive(item, source=source)
    world.think()


def rants(
    world: World, author: str, *, first: int = 1, count: int = 3, source: str = "forum", reach: int = 900
) -> None:
    for number in range(first, first + count):
        write(world, number, f"your billing is awful, take {number}", author, source=source, reach=reach)
        world.clock.forward(timedelta(days=2))


def stance(world: World, mention_id: int) -> StanceKind | None:
    with world.db.read() as session:
        heard = heard_of(session, world.policy, world.record(mention_id).mention)
    found = stance_of(heard, world.clock())
    return found.kind if found else None


def history(world: World, name: str) -> AuthorHistory:
    return search.author_history(world.desk, name, permalink=lambda channel, ts: f"{channel}/{ts}")


def link(world: World, one: int, other: int) -> None:
    people.link(world.desk, world.click("UANA", one), other)


def test_three_rants_on_three_days_and_not_two(world: World) -> None:
    rants(world, "kai", count=2)
    assert stance(world, 2) is None
    rants(world, "kai", first=3, count=1)
    assert stance(world, 3) is StanceKind.DETRACTOR
    world.clock.forward(timedelta(days=120))
    assert stance(world, 3) is None


def test_a_rant_that_is_copied_is_one_rant(world: World) -> None:
    words = "your billing is awful and nobody of you has answered me"
    for number in (1, 2, 3, 4):
        write(world, number, words, "kai", reach=90_000)
        world.clock.forward(timedelta(days=1))
    assert world.card(1).repeats.total == 3
    assert stance(world, 1) is None


def test_a_persons_score_goes_before_the_models(world: World) -> None:
    rants(world, "kai")
    correcting.correct_score(world.desk, world.click("UANA", 2), Score.PASSIVE)
    assert stance(world, 3) is None


def test_what_is_not_about_us_says_nothing(world: World) -> None:
    rants(world, "kai")
    deciding.decide(world.desk, world.click("UANA", 1), deciding.Action.DISMISS, "another company")
    assert stance(world, 3) is None


def test_linked_accounts_are_one_person(world: World) -> None:
    rants(world, "kai", count=2)
    rants(world, "kay", first=3, count=1, source="blog")
    assert stance(world, 3) is None
    link(world, 3, 1)
    assert stance(world, 1) is stance(world, 3) is StanceKind.DETRACTOR
    found = history(world, "kai")
    assert [(each.source, each.handle) for each in found.at] == [("forum", "kai"), ("blog", "kay")]
    (one,) = found.people
    assert (one.accounts, one.total) == (("kay on blog", "kai on Forum"), 3)
    assert one.stance is not None
    assert [each.stance for each in found.at] == [None, None], "it is theirs together"
    assert [each.what for each in world.log(1)].count("account_linked") == 1
    assert [each.what for each in world.log(3)].count("account_linked") == 1


def test_whoever_answers_sees_what_they_wrote_on_linked_accounts(world: World) -> None:
    write(world, 1, "billing is awful", "kai")
    write(world, 2, "billing is awful too", "kay", source="blog")
    write(world, 3, "billing is fine", "kay")

    def others() -> list[int]:
        shown = dossier_of(world.desk, 1, permalink=lambda channel, ts: f"{channel}/{ts}")
        return [each.mention_id for each in shown.author]

    assert others() == []
    link(world, 1, 2)
    assert others() == [2], "the handle of the one at another source is nobody's"


def test_nothing_is_linked_by_itself_and_the_same_name_is_suggested(world: World) -> None:
    write(world, 1, "billing is awful", "@Wren")
    write(world, 2, "billing is awful here too", "wren", source="blog")
    write(world, 3, "billing is awful over there", "other", source="blog")
    links = people.links_of(world.desk, 1)
    assert [each.account.author for each in links.suggested] == ["wren"]
    assert links.linked == ()
    link(world, 1, 2)
    links = people.links_of(world.desk, 1)
    assert [(each.account.author, each.linked_by) for each in links.linked] == [("wren", "UANA")]
    assert links.suggested == ()


def test_linking_twice_and_oneself_is_refused_and_a_second_delivery_is_not(world: World) -> None:
    write(world, 1, "billing is awful", "kai")
    write(world, 2, "billing is awful too", "kay", source="blog")
    click = world.click("UANA", 1)
    people.link(world.desk, click, 2)
    people.link(world.desk, click, 2)
    with pytest.raises(Refused, match="linked already"):
        link(world, 2, 1)
    with pytest.raises(Refused, match="the same account"):
        link(world, 1, 1)


def test_an_account_is_found_by_source_and_handle(world: World) -> None:
    write(world, 1, "billing is awful", "kai")
    write(world, 2, "billing is awful too", "@Kay", source="blog")
    with pytest.raises(Refused, match="Nobody of that handle"):
        people.link_named(world.desk, world.click("UANA", 1), "forum", "kay")
    people.link_named(world.desk, world.click("UANA", 1), "blog", " kay ")
    assert len(people.links_of(world.desk, 1).linked) == 1


def test_three_accounts_and_one_taken_out(world: World) -> None:
    for number, author in enumerate(("kai", "kay", "kim"), start=1):
        write(world, number, f"billing is awful {number}", author)
    link(world, 1, 2)
    link(world, 3, 2)
    assert len(people.links_of(world.desk, 1).linked) == 2
    people.unlink(world.desk, world.click("UANA", 1), 2)
    assert [each.account.author for each in people.links_of(world.desk, 1).linked] == ["kim"]
    people.unlink(world.desk, world.click("UANA", 1), 3)
    assert people.links_of(world.desk, 1).linked == ()
    with pytest.raises(Refused, match="not linked any more"):
        people.unlink(world.desk, world.click("UANA", 1), 3)


def test_two_persons_of_two_accounts_become_one(world: World) -> None:
    for number in (1, 2, 3, 4):
        write(world, number, f"billing is awful {number}", f"k{number}")
    link(world, 1, 2)
    link(world, 3, 4)
    link(world, 2, 3)
    assert len(people.links_of(world.desk, 4).linked) == 3


def test_accounts_go_with_their_last_mention(world: World) -> None:
    write(world, 1, "billing is awful", "kai")
    write(world, 2, "billing is awful too", "kay", source="blog")
    link(world, 1, 2)
    deciding.decide(world.desk, world.click("UANA", 1), deciding.Action.LET_STAND, "enough")
    world.clock.forward(timedelta(days=800))
    assert forget.forget_old(world.db, world.clock(), timedelta(days=730)) == 1
    with world.db.read() as session:
        assert accounts.rows_of(session, KAI) == accounts.rows_of(session, KAY) == {}


def test_a_troll_by_a_persons_word_is_one_in_every_post_and_account(world: World) -> None:
    rants(world, "kai", count=2)
    write(world, 3, "billing is awful on the blog", "kay", source="blog")
    before = world.record(2).known_basher
    link(world, 1, 3)
    overriding.override(world.desk, world.click("UANA", 1), Node.TROLL, Answer.YES, "a site that lives on this")
    assert not before
    assert [world.record(each).known_basher for each in (1, 2, 3)] == [True, True, True]
    triage = world.card(3).triage
    assert triage is not None
    assert triage.outcome is Outcome.MONITOR
    overriding.withdraw(world.desk, world.click("UANA", 1), Node.TROLL)
    assert [world.record(each).known_basher for each in (1, 2, 3)] == [False, False, False]


def test_an_estimate_never_makes_a_troll(world: World) -> None:
    rants(world, "kai", count=5, reach=500_000)
    assert stance(world, 5) is StanceKind.DETRACTOR
    assert not world.record(5).known_basher


def test_the_report_lists_each_person_once(world: World) -> None:
    rants(world, "kai", count=3)
    rants(world, "kay", first=4, count=1, source="blog")
    for number in (5, 6, 7):
        write(world, number, f"great billing, love it {number}", "ada")
        world.clock.forward(timedelta(days=1))
    link(world, 1, 4)
    found = voices_now(world.db, world.policy, world.clock())
    assert [(each.name, each.accounts, each.stance.posts) for each in found.detractors] == [("Kay", 2, 4)]
    assert [each.name for each in found.advocates] == ["Ada"]
    period = parse_period("7d", world.clock(), "UTC")
    assert report.engagement(world.db, world.policy, period, world.clock()).voices == found
    assert report.engagement(world.db, world.policy, period, world.clock(), department="care").voices is None


def test_an_override_of_the_model_alone_is_no_record(world: World) -> None:
    write(world, 1, "billing is awful", "")
    ruling = Override(node=Node.TROLL, answer=Answer.YES, reason="x", by="UANA", at=world.clock())
    overriding.override(world.desk, world.click("UANA", 1), ruling.node, ruling.answer, ruling.reason)
    write(world, 2, "billing is awful again", "")
    assert not world.record(2).known_basher, "nobody is the author of what nobody signed"


def test_what_was_brought_in_for_its_history_counts_and_our_own_posts_do_not(world: World) -> None:
    old = [world.clock() - timedelta(days=age) for age in (9, 6, 3)]
    said = [post(number, f"your billing is awful, take {number}", author="kai", reach=900) for number in (1, 2, 3)]
    items = [replace(item, posted_at=at) for item, at in zip(said, old, strict=True)]
    source = FakeSource("forum", [batch(*items)])
    know(world, source)
    backfill.fetch_page(world.db, source, "", world.clock, history_before=world.clock())
    world.think()
    assert [world.record(number).route_rule for number in (1, 2, 3)] == [HISTORY] * 3
    assert stance(world, 3) is StanceKind.DETRACTOR
