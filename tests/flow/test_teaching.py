"""What people do teaches: which acts become labels, what takes them back, and that log and labels never disagree."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.event import Event
from bot.domain.label import Dismissal, Label, LabelKind, Score
from bot.domain.lifecycle import Action, State
from bot.errors import Refused, Taken
from bot.flow.desk import correcting, deciding, moving
from bot.store import labels, mentions
from bot.store.database import Database
from tests.databases import wipe
from tests.fakes import START, MovedClock, policy, post
from tests.world import World, minutes

DOUBTFUL = "nobody can place this"


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    made = World(database, clock, policy(ops_channel="#ops"))
    made.arrive(post(1, "billing is awful"), post(2, DOUBTFUL))
    made.think()
    return made


def holding(world: World) -> list[Label]:
    with world.db.read() as session:
        return [each.label for each in labels.all_labels(session)]


def learnt(world: World, mention_id: int = 1) -> dict[LabelKind, str]:
    """What holds for a mention, each kind with its value."""
    with world.db.read() as session:
        held = labels.of_mention(session, mention_id)
    return {kind: label.score or label.topic for kind, label in held.items()}


def told_by(log: tuple[Event, ...]) -> dict[LabelKind, str]:
    """What the log alone says that was learnt and holds."""
    held: dict[LabelKind, str] = {}
    for event in log:
        said = {
            Action.REROUTE: (LabelKind.TOPIC, event.detail.get("topic")),
            "topic_corrected": (LabelKind.TOPIC, event.detail.get("after")),
            "score_corrected": (LabelKind.SCORE, event.detail.get("after", "").replace("as estimated", "")),
            Action.REOPEN: (LabelKind.NOT_ABOUT_US, None),
        }.get(event.what)
        if event.what == Action.DISMISS and not event.detail["reason"].startswith(Dismissal.OWN):
            held[LabelKind.NOT_ABOUT_US] = ""
        if event.what == "edited":
            held.clear()
        if said is not None and said[1]:
            held[said[0]] = said[1]
        elif said is not None:
            held.pop(said[0], None)
    return held


def test_a_reroute_teaches_the_topic_that_was_chosen(world: World) -> None:
    world.clock.minutes(2)
    moving.reroute(world.desk, world.click("UANA"), "care", topic="outage")
    assert holding(world) == [
        Label(
            mention_id=1,
            at=START + minutes(2),
            by="UANA",
            kind=LabelKind.TOPIC,
            model="fake-1",
            topic_before="billing",
            topic="outage",
        )
    ]


def test_the_only_topic_of_a_team_need_not_be_named(world: World) -> None:
    moving.reroute(world.desk, world.click("UANA", 2), "billing")
    assert learnt(world, 2) == {LabelKind.TOPIC: "billing"}
    assert world.log(2)[-1].detail["topic"] == "billing"


def test_a_team_with_several_topics_teaches_none_and_still_gets_it(world: World) -> None:
    card = moving.reroute(world.desk, world.click("UANA"), "care")
    assert card.place.name == "care"
    assert holding(world) == []


def test_a_move_back_replaces_or_takes_back_what_the_first_said(world: World) -> None:
    moving.reroute(world.desk, world.click("UANA"), "care", topic="outage")
    moving.reroute(world.desk, world.click("UBEN"), "billing")
    assert [(each.topic, each.by) for each in holding(world)] == [("billing", "UBEN")]
    moving.reroute(world.desk, world.click("UBEN"), "triage")
    assert holding(world) == []


def test_a_topic_nobody_configured_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="topic is not configured"):
        moving.reroute(world.desk, world.click("UANA"), "care", topic="moon")
    assert holding(world) == []


def test_the_topic_alone_can_be_corrected_where_it_is(world: World) -> None:
    moving.reroute(world.desk, world.click("UANA"), "care", topic="outage")
    world.claim("UANA")
    before = world.card()
    card = moving.reroute(world.desk, world.click("UANA"), "care", topic="praise", reason="they like it")
    assert (card.state, card.claim, card.promises) == (before.state, before.claim, before.promises), "nothing moved"
    assert card.version > before.version
    assert card.corrections[LabelKind.TOPIC].topic == "praise"
    assert (world.log()[-1].what, world.log()[-1].detail) == (
        "topic_corrected",
        {"before": "outage", "after": "praise", "reason": "they like it"},
    )


@pytest.mark.parametrize("topic", ["", "billing"])
def test_a_correction_that_corrects_nothing_is_refused(world: World, topic: str) -> None:
    with pytest.raises(Refused, match=r"with Billing already\. To correct only its topic, choose another topic"):
        moving.reroute(world.desk, world.click("UANA"), "billing", topic=topic)


def test_what_somebody_holds_is_not_corrected_by_others(world: World) -> None:
    world.claim("UANA")
    with pytest.raises(Taken):
        moving.reroute(world.desk, world.click("UBEN"), "billing", topic="outage")
    assert holding(world) == []


@pytest.mark.parametrize("reason", [*Dismissal, "a poem"])
def test_not_about_us_teaches_unless_it_is_our_own_post(world: World, reason: str) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.DISMISS, f"{reason}; really")
    assert learnt(world) == ({} if reason == Dismissal.OWN else {LabelKind.NOT_ABOUT_US: ""})


def test_reopening_takes_not_about_us_back(world: World) -> None:
    deciding.decide(world.desk, world.click("UANA"), Action.DISMISS, Dismissal.SPAM)
    deciding.reopen(world.desk, world.click("UBEN"))
    assert holding(world) == []
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair")
    assert holding(world) == []


def test_a_score_is_corrected_by_anybody_at_any_time(world: World) -> None:
    world.claim("UANA")
    card = correcting.correct_score(world.desk, world.click("UBEN"), Score.PASSIVE)
    assert card.state is State.CLAIMED
    assert card.corrections[LabelKind.SCORE].score is Score.PASSIVE
    deciding.decide(world.desk, world.click("UANA"), Action.LET_STAND, "fair")
    correcting.correct_score(world.desk, world.click("UANA"), Score.PROMOTER)
    assert [(each.score, each.by) for each in holding(world)] == [(Score.PROMOTER, "UANA")]
    assert [event.detail for event in world.log() if event.what == "score_corrected"] == [
        {"before": "as estimated", "after": "passive"},
        {"before": "passive", "after": "promoter"},
    ]


def test_a_score_may_be_given_where_the_model_gave_none(world: World) -> None:
    world.model.down = True
    world.arrive(post(3, "outage"))
    for _ in range(4):
        world.think()
        world.clock.minutes(5)
    assert world.card(3).verdict is None
    correcting.correct_score(world.desk, world.click("UANA", 3), Score.DETRACTOR)
    assert [(each.model, each.topic_before, each.score) for each in holding(world)] == [("", "", Score.DETRACTOR)]


def test_a_corrected_score_can_be_taken_back_once(world: World) -> None:
    correcting.correct_score(world.desk, world.click("UANA"), Score.PASSIVE)
    with pytest.raises(Taken, match="says passive already") as taken:
        correcting.correct_score(world.desk, world.click("UBEN"), Score.PASSIVE)
    assert (taken.value.owner, taken.value.did) == ("UANA", "said so")
    correcting.correct_score(world.desk, world.click("UBEN"), None)
    assert holding(world) == []
    with pytest.raises(Refused, match="no correction to take back"):
        correcting.correct_score(world.desk, world.click("UBEN"), None)


def test_what_the_model_doubts_shows_two_places_of_different_teams(world: World) -> None:
    assert [(each.place.name, each.topic, each.share) for each in world.card(2).guesses] == [
        ("billing", "billing", 0.25),
        ("care", "outage", 0.25),
    ]
    assert world.card(1).guesses == (), "the model was sure"


def test_what_was_judged_too_late_to_be_moved_shows_the_guesses_as_well(world: World) -> None:
    world.arrive(post(3, DOUBTFUL))
    with world.db.write() as session:
        record = mentions.lock(session, 3)
        assert record is not None
        mentions.change(session, record, Action.JUDGE, world.clock(), {})
    world.think()
    card = world.card(3)
    assert (card.route_rule, card.verdict, card.guesses) == ("unjudged", None, ())
    with world.db.write() as session:
        mentions.save_verdict(session, 3, world.model.judge("billing"), world.clock())
    assert [each.topic for each in world.card(3).guesses] == ["billing", "outage"]


def test_one_click_moves_what_was_in_doubt_and_teaches(world: World) -> None:
    card = moving.settle_doubt(world.desk, world.click("UANA", 2), "care", "outage")
    assert (card.place.name, card.state, card.guesses) == ("care", State.OPEN, ())
    assert learnt(world, 2) == {LabelKind.TOPIC: "outage"}


@pytest.mark.parametrize(("department", "topic"), [("care", "outage"), ("billing", "billing")])
@pytest.mark.parametrize("user", ["UANA", "UBEN"])
def test_whoever_settles_a_doubt_second_is_told_who_was_first(
    world: World, user: str, department: str, topic: str
) -> None:
    moving.settle_doubt(world.desk, world.click("UANA", 2), "care", "outage")
    before = world.record(2), world.log(2)
    with pytest.raises(Taken, match="It is with Care already") as taken:
        moving.settle_doubt(world.desk, world.click(user, 2), department, topic)
    assert (taken.value.owner, taken.value.did) == ("UANA", "moved it")
    assert (world.record(2), world.log(2)) == before


def test_a_second_delivery_teaches_once(world: World) -> None:
    clicks = [world.click("UANA", 2) for _ in range(3)]
    for _ in range(2):
        moving.settle_doubt(world.desk, clicks[0], "care", "outage")
        moving.reroute(world.desk, clicks[1], "care", topic="praise")
        correcting.correct_score(world.desk, clicks[2], Score.PASSIVE)
    assert [event.what for event in world.log(2)][-3:] == ["reroute", "topic_corrected", "score_corrected"]
    assert len(holding(world)) == 2


def test_what_is_configured_no_more_is_no_guess_to_take(world: World) -> None:
    for department, topic in (("moon", "outage"), ("care", "moon")):
        with pytest.raises(Refused, match="not configured any more"):
            moving.settle_doubt(world.desk, world.click("UANA", 2), department, topic)


def test_guesses_come_from_owned_topics_and_one_team_may_have_both(
    sqlite_database: Database, clock: MovedClock
) -> None:
    world = World(sqlite_database, clock)
    world.model._topics = ("outage", "praise", "other")
    world.arrive(post(1, DOUBTFUL))
    world.think()
    assert [(each.place.name, each.topic) for each in world.card().guesses] == [("care", "outage"), ("care", "praise")]


ACTS = st.tuples(
    st.sampled_from(
        [
            ("reroute", "care", "outage"),
            ("reroute", "care", ""),
            ("reroute", "billing", ""),
            ("reroute", "billing", "praise"),
            ("settle", "care", "outage"),
            ("score", "passive", ""),
            ("score", "", ""),
            ("dismiss", Dismissal.SPAM, ""),
            ("dismiss", Dismissal.OWN, ""),
            ("reopen", "", ""),
            ("edit", "", ""),
        ]
    ),
    st.integers(1, 2),
    st.sampled_from(["UANA", "UBEN"]),
)


def act(world: World, what: tuple[str, str, str], mention_id: int, user: str, *, turn: int) -> None:
    name, first, second = what
    click = world.click(user, mention_id)
    if name == "reroute":
        moving.reroute(world.desk, click, first, topic=second)
    if name == "settle":
        moving.settle_doubt(world.desk, click, first, second)
    if name == "score":
        correcting.correct_score(world.desk, click, Score(first) if first else None)
    if name == "dismiss":
        deciding.decide(world.desk, click, Action.DISMISS, first)
    if name == "reopen":
        deciding.reopen(world.desk, click)
    if name == "edit":
        world.arrive(post(mention_id, f"changed {turn}"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=3, max_size=14))
def test_log_and_labels_agree(sqlite_database: Database, acts: list[tuple[tuple[str, str, str], int, str]]) -> None:
    wipe(sqlite_database)
    world = World(sqlite_database, MovedClock())
    world.arrive(post(1, "billing is awful"), post(2, DOUBTFUL))
    world.think()
    first, second = world.log_ids()
    for turn, (what, which, user) in enumerate(acts):
        world.clock.minutes(1)
        try:
            act(world, what, which if what[0] == "edit" else (first, second)[which - 1], user, turn=turn)
        except Refused:
            continue
    for mention_id in (first, second):
        assert learnt(world, mention_id) == told_by(world.log(mention_id))
