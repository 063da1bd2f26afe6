"""Many at once: threads and processes on one database, with one winner each and no error."""

import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import text

from bot.domain.card import Claim
from bot.domain.event import Event
from bot.domain.lifecycle import Action, State
from bot.errors import Refused, Taken
from bot.flow import assign, classify, ingest, route, watch
from bot.flow.desk import claiming, deciding, offering, raising, undoing
from bot.flow.desk.act import Click, Desk
from bot.store import mentions
from bot.store.database import Database
from bot.store.records import Record
from tests.databases import Factory, url_of
from tests.fakes import START, FakeMessenger, MovedClock, policy, post
from tests.faults.racing import race
from tests.world import World, minutes, posts

ROOT = Path(__file__).parent.parent.parent
MENTIONS = 200
"""Each is wanted by eight: 1,600 clicks, one winner in eight."""


def ready(make_database: Factory, number: int = MENTIONS) -> Database:
    database = make_database()
    world = World(database, MovedClock())
    world.arrive(*posts(number))
    world.think()
    return make_database.open(url_of(database), patience=30)


def check(database: Database, won: list[tuple[str, int]], number: int = MENTIONS) -> None:
    assert Counter(mention for _, mention in won) == Counter(range(1, number + 1))
    with database.read() as session:
        held = dict(session.execute(text("SELECT id, claimed_by FROM mentions")).all())  # type: ignore[arg-type]
        logged = session.execute(text("SELECT mention_id, actor FROM events WHERE what = 'claim'")).all()
    assert held == {mention: user for user, mention in won}
    assert Counter(tuple(row) for row in logged) == Counter((mention, user) for user, mention in won)


def test_of_eight_threads_that_claim_everything_each_mention_goes_to_one(make_database: Factory) -> None:
    database = ready(make_database)
    won, errors = race(database, "U", 8, MENTIONS)
    assert errors == []
    check(database, won)


def test_of_two_processes_that_claim_everything_each_mention_goes_to_one(make_database: Factory) -> None:
    database = ready(make_database, 60)
    command = [sys.executable, "-m", "tests.faults.racing", url_of(database)]
    racers = [
        subprocess.Popen(
            [*command, user, "4", "60"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in ("UA", "UB")
    ]
    told = [json.loads(each.communicate("go\n", timeout=300)[0]) for each in racers]
    assert [errors for _, errors in told] == [[], []]
    check(database, [(user, mention) for won, _ in told for user, mention in won], 60)


def together(*tasks: Callable[[], object]) -> list[str]:
    """Run all at once; every error."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        futures = [pool.submit(task) for task in tasks]
    return [repr(each.exception()) for each in futures if each.exception()]


def test_stages_that_run_twice_at_the_same_time_do_everything_once(make_database: Factory) -> None:
    database = make_database.open(make_database.make_url(True), patience=30)
    world = World(database, MovedClock())
    world.arrive(*posts(100))

    def think() -> None:
        for _ in range(30):
            classify.classify_waiting(database, world.model, world.policy, world.clock)
            route.route_judged(database, world.policy, world.clock())

    assert together(think, think, think) == []
    world.think()
    for mention_id in world.log_ids():
        assert Counter(world.whats(mention_id)) == {"ingested": 1, "judge": 1, "route": 1}
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 100
        assert session.scalar(text("SELECT count(*) FROM promises")) == 200


def acting(world: World, user: str) -> None:
    """Everything that a busy person can do, over and over."""
    for mention_id in world.log_ids():
        for action in (Action.LET_STAND, Action.MONITOR):
            key = f"{user}-{mention_id}-{action}"
            with suppress(Refused):
                raising.escalate(world.desk, world.click(user, mention_id, f"{key}-up"), "look")
                deciding.decide(world.desk, world.click(user, mention_id, key), action, "seen")
                deciding.reopen(world.desk, world.click(user, mention_id, f"{key}-back"))


def test_people_authors_and_the_clock_never_block_each_other_for_good(make_database: Factory) -> None:
    """Each takes the rows it needs in one order: PostgreSQL would end a deadlock with an error for one of the two."""
    database = make_database.open(make_database.make_url(True), patience=30)
    world = World(database, MovedClock())
    number = 40
    world.arrive(*posts(number))
    world.think()
    world.clock.now = START + minutes(75)

    def authors() -> None:
        for edit in range(6):
            items = [post(each, f"billing, edit {edit}") for each in range(number, 0, -1)]
            ingest.store_imported(database, "forum", items, world.clock)

    def clock() -> None:
        for _ in range(12):
            world.watch()

    def delivery() -> None:
        slack = FakeMessenger(clock=MovedClock(world.clock()))
        mine = World(database, slack.clock, world.policy)
        for _ in range(60):
            mine.deliver_round()
            mine.draw()
            slack.clock.seconds(1.2)

    assert together(partial(acting, world, "UA"), partial(acting, world, "UB"), authors, clock, clock, delivery) == []
    assert world.ledger().ingested == number
    assert {world.record(each).state for each in world.log_ids()} <= {
        State.OPEN,
        State.LET_STAND,
        State.MONITORED,
        State.CLAIMED,
    }


PEOPLE = 50


def test_of_fifty_people_on_one_card_one_has_it_and_each_other_is_told_who_and_since_when(
    make_database: Factory,
) -> None:
    """The full count, a thousand cards, is `python -m benches.rush`."""
    cards = 8
    database = ready(make_database, cards)
    desk = Desk(db=database, policy=policy(), clock=MovedClock())
    told: list[tuple[int, str, datetime]] = []
    line = threading.Barrier(PEOPLE)

    def person(name: str) -> None:
        for card in range(1, cards + 1):
            line.wait()
            try:
                claiming.claim(desk, Click(mention_id=card, user=name, key=f"{name}-{card}"))
            except Taken as taken:
                told.append((card, taken.owner, taken.since))

    assert together(*(partial(person, f"U{number}") for number in range(PEOPLE))) == []
    owners = {card: (claim.owner, claim.since) for card, claim in claims_of(database, cards).items()}
    assert Counter(card for card, _, _ in told) == Counter(dict.fromkeys(owners, PEOPLE - 1))
    assert {(card, owner, since) for card, owner, since in told} == {(card, *owners[card]) for card in owners}


def claims_of(database: Database, cards: int) -> dict[int, Claim]:
    with database.read() as session:
        found = mentions.load_all(session, range(1, cards + 1))
    return {card: record.claim for card, record in found.items() if record.claim is not None}


def test_accepting_releasing_taking_back_undoing_and_running_out_at_once_leave_one_owner(
    make_database: Factory,
) -> None:
    """Ana holds each card and has offered it to Ben; her lease and the offer run out at this moment; all act at once."""
    cards = 30
    database = make_database.open(make_database.make_url(True), patience=30)
    world = World(database, MovedClock(), replace(policy(lease=minutes(15), offer=minutes(15)), undo=minutes(15)))
    world.arrive(*posts(cards))
    world.think()
    for card in range(1, cards + 1):
        world.claim("UANA", card)
        if card % 3:
            offering.offer_to(world.desk, world.click("UANA", card), "UBEN")
    world.clock.minutes(14)
    late = MovedClock(START + minutes(15))
    on_time = [Desk(db=database, policy=world.policy, clock=MovedClock(START + minutes(14.99))) for _ in range(4)]

    half_way = threading.Event()

    def everyone(desk: Desk, act: Callable[[Desk, Click], object], user: str) -> None:
        order = random.Random(act.__name__).sample(range(1, cards + 1), cards)
        for number, card in enumerate(order):
            with suppress(Refused):
                act(desk, Click(mention_id=card, user=user, key=f"{act.__name__}-{user}-{card}"))
            if number * 2 > cards:
                half_way.set()

    def clock() -> None:
        half_way.wait()
        for _ in range(3):
            watch.end_leases(database, late())
            assign.end_offers(database, late())
            assign.end_undos(database, late())

    assert (
        together(
            partial(everyone, on_time[0], offering.accept, "UBEN"),
            partial(everyone, on_time[1], claiming.release, "UANA"),
            partial(everyone, on_time[2], offering.take_back, "UANA"),
            partial(everyone, on_time[3], undoing.undo_last, "UANA"),
            partial(everyone, on_time[0], claiming.claim, "UCAT"),
            clock,
        )
        == []
    )
    happened = Counter(what for card in range(1, cards + 1) for what in world.whats(card))
    came_first = {what for what in ("undone", "accept", "release", "offer_withdrawn", "expire") if happened[what]}
    assert len(came_first) > 2, f"too little is tried where only {came_first} ever comes first"
    for card in range(1, cards + 1):
        assert_one_owner_at_a_time(world.record(card), world.log(card))


def assert_one_owner_at_a_time(record: Record, log: tuple[Event, ...]) -> None:
    """Whoever the log leads to holds it, and nobody took it from anybody who had not offered it to them."""
    owner, offered, before = "", "", ("", "")
    for event in log:
        if event.what == Action.CLAIM:
            assert owner == "", "claimed although somebody had it"
            before, owner, offered = (owner, offered), event.actor, ""
        elif event.what == "offered":
            assert event.actor == owner
            offered = event.detail["to"]
        elif event.what == Action.ACCEPT:
            assert (event.actor, event.detail["before"]) == (offered, owner)
            owner, offered = event.actor, ""
        elif event.what in (Action.RELEASE, Action.EXPIRE):
            assert owner in (event.actor, event.detail.get("owner", ""))
            before, owner, offered = (owner, offered), "", ""
        elif event.what in ("offer_withdrawn", "offer_ended"):
            offered = ""
        elif event.what == "undone":
            owner, offered = before
    assert (record.claim.owner if record.claim else "") == owner
    assert (record.offer.to if record.offer else "") == offered
    assert (record.state is State.CLAIMED) == bool(owner)
