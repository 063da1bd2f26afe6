"""Reading back through pages to what is known: bounded, nothing lost, the oldest first."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.mention import Incoming
from bot.errors import GiveUp, Retry
from bot.sources.formats.newest_first import Mark, Opened, Page, Reach, Rest, Walked, walk

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SIZE = 5


def at(minute: int) -> datetime:
    return NOW - timedelta(minutes=minute)


class Shelves:
    """Posts by shelf, each by its age in minutes, newest first; the id is the shelf and the age."""

    def __init__(self, **posts: list[int]) -> None:
        self.posts = posts
        self.asked: list[tuple[str, str]] = []
        self.dead: set[str] = set()
        self.busy: set[tuple[str, str]] = set()

    def read(self, shelf: str, page: str) -> Page:
        self.asked.append((shelf, page))
        if page in self.dead:
            raise GiveUp("no such page")
        if (shelf, page) in self.busy:
            raise Retry("slowly", after=timedelta(minutes=7), asked=True)
        begin = int(page or 0)
        shown = self.posts[shelf][begin : begin + SIZE]
        return Page(
            found=[(at(minute), Incoming(external_id=f"{shelf}{minute}", text="t")) for minute in shown],
            next=str(begin + SIZE) if begin + SIZE < len(self.posts[shelf]) else "",
            reaches=min(map(at, shown), default=None),
        )

    def walk(self, mark: Mark, most_pages: int = 10) -> Walked:
        return self.walk_at(NOW, mark, most_pages)

    def walk_at(self, now: datetime, mark: Mark, most_pages: int = 10) -> Walked:
        reach = Reach(overlap=timedelta(minutes=2), most_pages=most_pages)
        return walk(mark, list(self.posts), self.read, now=now, reach=reach)


def mark(minute: int = 100) -> Mark:
    return Mark(place="here", start=at(minute), seen=at(minute))


def ids(walked: Walked) -> list[str]:
    return [item.external_id for item in walked.items]


def test_pages_are_read_back_to_what_is_known_and_the_oldest_is_given_first() -> None:
    shelves = Shelves(a=[1, 2, 3, 4, 5, 6, 7, 50, 60, 70, 80, 90])
    walked = shelves.walk(Mark(place="here", start=at(100), seen=at(6)))
    assert ids(walked) == ["a7", "a6", "a5", "a4", "a3", "a2", "a1"]
    assert shelves.asked == [("a", ""), ("a", "5")]
    assert walked.mark.seen == at(1)


def test_what_was_not_wanted_at_first_stays_out() -> None:
    assert ids(Shelves(a=[1, 99, 101]).walk(mark())) == ["a99", "a1"]


def test_shelves_come_in_one_order() -> None:
    assert ids(Shelves(a=[1, 4], b=[2, 3]).walk(mark())) == ["a4", "b3", "b2", "a1"]


def test_what_a_poll_did_not_come_to_the_next_ones_do() -> None:
    shelves = Shelves(a=list(range(1, 24)), b=[30, 31])
    found: list[str] = []
    walked = shelves.walk(mark(), most_pages=2)
    found += ids(walked)
    assert walked.batch().more
    while walked.mark.rests:
        walked = shelves.walk(Mark.parse(walked.mark.text(), place="here", start=NOW), most_pages=2)
        found += ids(walked)
    assert sorted(found) == sorted([f"a{minute}" for minute in range(1, 24)] + ["b30", "b31"])
    assert not walked.batch().more


def test_a_page_that_died_in_the_cursor_is_read_from_the_top_again() -> None:
    shelves = Shelves(a=list(range(1, 13)))
    first = shelves.walk(mark(), most_pages=1)
    shelves.dead = {"5"}
    shelves.posts["a"].insert(0, 0)
    again = shelves.walk(first.mark, most_pages=1)
    assert ids(again) == ["a4", "a3", "a2", "a1", "a0"]
    assert again.mark.rests == (Rest(shelf="a", page="5", until=at(100)),)


def test_what_is_written_while_a_round_waits_is_not_passed_over() -> None:
    """One shelf was read before it was written there, and what the other one shows later is newer than that."""
    shelves = Shelves(a=[60, 61], b=list(range(70, 82)))
    first = shelves.walk_at(at(50), mark(), most_pages=2)
    assert [rest.shelf for rest in first.mark.rests] == ["b"]
    shelves.posts = {"a": [40, 60, 61], "b": [2, *range(70, 82)]}
    # The page that waited has died meanwhile, and the shelf is read from its newest post again.
    shelves.dead = {"5"}
    second = shelves.walk_at(at(1), first.mark, most_pages=1)
    shelves.dead = set()
    third = shelves.walk_at(at(1), second.mark)
    fourth = shelves.walk_at(NOW, third.mark)
    assert "a40" in ids(fourth)


def test_where_the_place_fails_midway_what_was_read_is_given_and_the_rest_comes_later() -> None:
    shelves = Shelves(a=list(range(1, 13)), b=[20])
    shelves.busy = {("a", "10")}
    first = shelves.walk(mark())
    assert ids(first) == [f"a{minute}" for minute in range(10, 0, -1)]
    assert (first.batch().more, first.batch().retry_after) == (True, timedelta(minutes=7))
    with pytest.raises(Retry):
        shelves.walk(first.mark)
    shelves.busy = set()
    assert ids(shelves.walk(first.mark)) == ["b20", "a12", "a11"]


def test_a_place_that_refuses_the_first_page_refuses() -> None:
    shelves = Shelves(a=[1])
    shelves.dead = {""}
    with pytest.raises(GiveUp):
        shelves.walk(mark())


def test_a_circle_of_pages_is_seen() -> None:
    circle = Page(found=(), next="same")
    with pytest.raises(Retry, match="circle"):
        walk(mark(), [""], lambda *_: circle, now=NOW)


@pytest.mark.parametrize(
    "page",
    [Page(found=(), next="\ud800"), Page(found=(), next="x" * 3_000), Page(found=(), opens=(Opened(shelf="\x00"),))],
    ids=["surrogate", "long", "control"],
)
def test_a_page_that_cannot_be_asked_for_is_a_retry(page: Page) -> None:
    with pytest.raises(Retry, match="cannot be asked for"):
        walk(mark(), [""], lambda *_: page, now=NOW)


def test_a_page_without_dates_is_given_and_read_on_from() -> None:
    pages = {
        "": Page(found=[(None, Incoming(external_id="1", text="t"))], next="2"),
        "2": Page(found=[(at(3), Incoming(external_id="2", text="t"))]),
    }
    walked = walk(mark(), [""], lambda _, page: pages[page], now=NOW)
    assert ids(walked) == ["1", "2"]


def test_a_clock_that_goes_wrong_there_does_not_hide_what_comes_after() -> None:
    walked = Shelves(a=[-9_999, 1]).walk(mark())
    assert walked.mark.seen == NOW


def test_shelves_that_a_page_speaks_of_are_read_in_the_same_poll() -> None:
    pages = {
        "": Page(
            found=[(at(1), Incoming(external_id="top", text="t"))],
            opens=(Opened(shelf="inner"), Opened(shelf="none", newest=at(999))),
        ),
        "inner": Page(found=[(at(2), Incoming(external_id="within", text="t"))]),
    }
    assert ids(walk(mark(), [""], lambda shelf, _: pages[shelf], now=NOW)) == ["within", "top"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"place": "here", "start": 3}', mark().text().replace("here", "there")]
)
def test_another_places_cursor_and_one_that_cannot_be_read_start_over(text: str) -> None:
    assert Mark.parse(text, place="here", start=NOW) == Mark(place="here", start=NOW, seen=NOW)


def test_a_mark_reads_back_as_it_was_written() -> None:
    rest = Rest(shelf="b", page="7", until=at(5))
    written = Mark(place="here", start=at(9), seen=at(1), rests=(rest,), begun=at(2), aside='{"a": 1}')
    assert Mark.parse(written.text(), place="here", start=NOW) == written
