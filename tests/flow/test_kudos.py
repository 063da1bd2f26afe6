"""Thanks by name on their way: once a mention and person, in the transaction that finds them, and to nobody who wants none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.kudos import Staff
from bot.domain.label import Score
from bot.domain.lifecycle import State
from bot.domain.period import parse_period
from bot.domain.policy import Policy
from bot.domain.posting import NoticeKind
from bot.domain.routing import Outcome, Rule
from bot.flow import crash, deliver
from bot.flow.desk.correcting import correct_score
from bot.flow.kudos import choose_kudos, wants_kudos
from bot.flow.report import engagement
from bot.store.database import Database
from tests.fakes import LOST_REPLY, MovedClock, policy, post
from tests.world import World

STAFF = (Staff(name="Ana Duarte", slack="@ana", also=("Ana",)), Staff(name="Ben Okafor", slack="@ben"))
PRAISE = "billing is great, I love it. Thank you, Ana Duarte!"
AGAIN = "Never was billing so great to me as today, and it was Ana Duarte who made me love it"
"""Not the same words: those would be folded under the first."""


def company() -> Policy:
    rules = (Rule(name="noise", outcome=Outcome.FILTER, words=("win a prize",)),)
    return replace(policy(rules=rules), staff=STAFF)


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock, company())


def thanks(world: World, person: str = "@ana") -> list[str]:
    return [each for each in world.notices(person) if each == NoticeKind.KUDOS]


def test_who_is_praised_by_name_is_told_once(world: World) -> None:
    world.arrive(post(1, PRAISE))
    world.run()
    assert (thanks(world), thanks(world, "@ben")) == (["kudos"], [])
    assert [each.name for each in world.card().praised] == ["Ana Duarte"]
    assert world.whats().count("kudos") == 1
    world.arrive(post(1, f"{PRAISE} And again: great!"))
    world.run()
    assert thanks(world) == ["kudos"]


@pytest.mark.parametrize(
    "text", ["billing is awful, says Ana Duarte", "billing is great, I love it", "win a prize, great Ana"]
)
def test_nobody_is_told_of_what_is_no_praise_of_them(world: World, text: str) -> None:
    world.arrive(post(1, text))
    world.run()
    assert thanks(world) == []
    assert "kudos" not in world.whats()


def test_praise_that_a_person_takes_for_irony_thanks_nobody_and_its_score_can_be_put_right(world: World) -> None:
    world.arrive(post(1, "billing is awful, says Ana Duarte"))
    world.run()
    correct_score(world.desk, world.click("UMIA"), Score.PROMOTER)
    world.run()
    assert thanks(world) == ["kudos"]
    correct_score(world.desk, world.click("UMIA"), Score.DETRACTOR)
    assert world.card().praised == ()
    correct_score(world.desk, world.click("UMIA"), Score.PROMOTER)
    world.run()
    assert thanks(world) == ["kudos"]


def test_what_is_kept_out_is_praise_for_nobody_until_it_is_brought_back(world: World) -> None:
    world.arrive(post(1, "win a prize, great! I love it, Ana Duarte"))
    world.run()
    correct_score(world.desk, world.click("UMIA"), Score.PROMOTER)
    world.run()
    assert (world.record().state, thanks(world)) == (State.FILTERED, [])


def test_thanks_are_posted_once_where_slack_lost_its_reply(world: World) -> None:
    world.slack.will("post", "UANA", LOST_REPLY)
    world.arrive(post(1, PRAISE))
    world.run()
    assert (thanks(world), world.slack.doubled()) == (["kudos"], [])


def test_a_crash_between_finding_and_telling_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(place: str) -> None:
        if place == "deliver.posted":
            raise Died

    world.arrive(post(1, PRAISE))
    world.think()
    monkeypatch.setattr(deliver, "crash_point", die)
    for _ in range(2):
        with pytest.raises(Died):
            world.deliver()
        world.clock.forward(deliver.LEASE)
    monkeypatch.setattr(deliver, "crash_point", crash.crash_point)
    world.clock.forward(deliver.LEASE)
    world.run()
    assert (thanks(world), world.slack.doubled()) == (["kudos"], [])


def test_who_wants_no_thanks_gets_none_also_those_on_their_way(world: World) -> None:
    world.arrive(post(1, PRAISE))
    world.think()
    choose_kudos(world.db, "UANA", world.clock(), wanted=False)
    choose_kudos(world.db, "UANA", world.clock(), wanted=False)
    world.run()
    assert (thanks(world), wants_kudos(world.db, "UANA"), wants_kudos(world.db, "UBEN")) == ([], False, True)
    choose_kudos(world.db, "UANA", world.clock(), wanted=True)
    world.arrive(post(2, AGAIN))
    world.run()
    assert len(thanks(world)) == 1


def test_the_report_counts_thanks_and_not_those_that_were_put_right(world: World) -> None:
    world.arrive(post(1, PRAISE), post(2, AGAIN), post(3, "billing is great, I love it, Ben Okafor"))
    world.run()
    correct_score(world.desk, world.click("UMIA", 2), Score.PASSIVE)
    now = world.clock.forward(timedelta(minutes=1))
    report = engagement(world.db, world.policy, parse_period("7d", now, "UTC"), now)
    assert sorted(each.name for each in report.total.figures.thanks) == ["Ana Duarte", "Ben Okafor"]
