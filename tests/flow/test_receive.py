"""What a place sends by itself is stored with the id of its delivery: once, however often and however much at once it comes."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.errors import GiveUp, NotBelieved, Retry
from bot.flow.forget import forget_deliveries
from bot.flow.receive import Received, hook_path, receive, receiving
from bot.sources.webhook import WebhookSource
from bot.store.arrivals import PORTION
from bot.store.database import Database
from bot.store.schema import MentionRow
from bot.store.schema_sources import DeliveryRow
from tests.databases import Factory, url_of
from tests.fakes import FakeSource, MovedClock
from tests.hook_sender import OTHER_SECRET, SECRET, Sent, signed
from tests.world import World

HOOK = WebhookSource(name="hook", secrets=(SECRET,))
COMPLAINT = {"id": "1", "text": "billing awful", "author": {"handle": "jo"}}


@pytest.fixture
def world(database: Database, clock: MovedClock) -> World:
    return World(database, clock)


def take(world: World, sent: Sent) -> Received:
    return receive(world.db, HOOK, sent.headers, sent.body, world.clock)


def rows(world: World, what: type[MentionRow] | type[DeliveryRow]) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def test_a_mention_goes_the_way_of_all_mentions(world: World) -> None:
    received = take(world, signed(COMPLAINT, world.clock()))
    assert (received.added.new, received.again) == (1, False)
    world.think()
    assert world.ledger().ingested == 1
    assert world.record().mention.source == "hook"


def test_a_replay_changes_nothing(world: World) -> None:
    sent = signed(COMPLAINT, world.clock(), id="msg_1")
    take(world, sent)
    assert take(world, sent) == Received(again=True)
    other = signed({**COMPLAINT, "text": "changed"}, world.clock(), id="msg_1")
    assert take(world, other).again, "an id is taken whatever comes under it"
    assert rows(world, MentionRow) == rows(world, DeliveryRow) == 1


def test_the_same_delivery_a_hundred_times_at_once_is_one_row(make_database: Factory, clock: MovedClock) -> None:
    world = World(make_database(), clock)
    patient = make_database.open(url_of(world.db), patience=30.0)
    sent = signed(COMPLAINT, clock(), id="msg_1")
    outcomes: list[Received] = []
    begin = threading.Barrier(100)

    def send() -> None:
        begin.wait(30)
        outcomes.append(receive(patient, HOOK, sent.headers, sent.body, clock))

    threads = [threading.Thread(target=send) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 100
    assert sum(not each.again for each in outcomes) == 1
    assert rows(world, MentionRow) == rows(world, DeliveryRow) == 1


def test_the_same_post_under_another_delivery_is_an_edit_or_nothing(world: World) -> None:
    take(world, signed(COMPLAINT, world.clock()))
    again = take(world, signed(COMPLAINT, world.clock()))
    edited = take(world, signed({**COMPLAINT, "text": "billing fine now"}, world.clock()))
    assert (again.added.known, edited.added.edited) == (1, 1)
    assert world.record().mention.text == "billing fine now"


def test_what_is_taken_down_is_marked_withdrawn(world: World) -> None:
    take(world, signed(COMPLAINT, world.clock()))
    gone = take(world, signed([{"type": "mention.deleted", "id": each} for each in "12"], world.clock()))
    assert gone.gone == 1
    assert world.record().mention.withdrawn_at == world.clock()


def test_nothing_is_remembered_of_what_is_not_believed_or_not_read(world: World) -> None:
    with pytest.raises(NotBelieved):
        take(world, signed(COMPLAINT, world.clock(), secret=OTHER_SECRET))
    with pytest.raises(GiveUp, match="text has no text"):
        take(world, signed({"id": "1"}, world.clock(), id="msg_1"))
    assert rows(world, DeliveryRow) == 0
    assert take(world, signed(COMPLAINT, world.clock(), id="msg_1")).added.new == 1, "mended, it may come again"


def test_a_busy_database_asks_to_come_again_and_took_nothing(sqlite_database: Database, clock: MovedClock) -> None:
    world = World(sqlite_database, clock)
    hurried = Database(url_of(sqlite_database), patience=0.05)
    sent = signed(COMPLAINT, clock(), id="msg_1")
    with sqlite_database.write(), pytest.raises(Retry):
        receive(hurried, HOOK, sent.headers, sent.body, clock)
    hurried.close()
    assert take(world, sent).added.new == 1


def test_a_big_delivery_that_comes_again_after_a_later_edit_undoes_nothing(world: World) -> None:
    told = [{"id": f"big-{n}", "text": f"billing: charged twice, case {n}"} for n in range(PORTION + 5)]
    big = signed(told, world.clock(), id="msg_big")
    assert take(world, big).added.new == PORTION + 5
    world.clock.minutes(1)
    later = signed({"id": "big-0", "text": "billing: refunded, thanks"}, world.clock(), id="msg_later")
    assert take(world, later).added.edited == 1
    assert take(world, big).again
    assert world.record(1).mention.text == "billing: refunded, thanks"


def test_ids_are_kept_for_a_day(world: World) -> None:
    take(world, signed(COMPLAINT, world.clock()))
    day = timedelta(hours=24)
    forget_deliveries(world.db, world.clock() + day, day)
    assert rows(world, DeliveryRow) == 1
    forget_deliveries(world.db, world.clock() + day + timedelta(seconds=1), day)
    assert rows(world, DeliveryRow) == 0


def test_an_address_is_the_sources_name_as_it_can_stand_in_one() -> None:
    assert [hook_path(name) for name in ("Hob Nob", "reviews_eu!", "Žofie", "§")] == [
        "/hooks/hob-nob",
        "/hooks/reviews-eu",
        "/hooks/žofie",
        "/hooks/source",
    ]


def test_only_what_receives_has_an_address_and_two_never_share_one() -> None:
    blog, spaced = FakeSource("blog"), WebhookSource(name="Hook!", secrets=(SECRET,))
    assert receiving({"blog": blog, "hook": HOOK}) == {"/hooks/hook": HOOK}
    with pytest.raises(GiveUp, match="rename one"):
        receiving({"hook": HOOK, "Hook!": spaced})
