"""What every source must do, whatever it reads. A new one adds a file to `cases` and passes.

What only some places can do is a trait; its tests run for those that have it.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import getfile
from pathlib import Path

import pytest

from bot.domain.mention import MAX_TEXT, clean
from bot.errors import GiveUp, Retry
from bot.sources.base import Batch, Revisable, Source
from bot.sources.kinds import kinds
from tests.contracts.case import ReaderCase, Trait, readers, receivers
from tests.contracts.case import every_reader as every
from tests.contracts.feeds import Post
from tests.hostile.texts import HORRORS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def post(number: int, text: str = "", *, ago: timedelta = timedelta(hours=1)) -> Post:
    return Post(id=f"urn:post:{number}", text=text or f"text of {number}", at=NOW - ago, author="jo")


def ids(case: ReaderCase, *posts: Post) -> set[str]:
    return {case.external_id(each) for each in posts}


def given(batch: Batch) -> set[str]:
    return {item.external_id for item in batch.items}


def drain(source: Source, cursor: str) -> tuple[list[str], str]:
    """The ids of all that the place has to give now, in the order in which they came, and the cursor after it."""
    found: list[str] = []
    for _ in range(100):
        batch = source.poll(cursor, NOW)
        found += [item.external_id for item in batch.items]
        cursor = batch.cursor
        if not batch.more:
            return found, cursor
    raise AssertionError("the source says for ever that there is more")


def test_every_kind_there_is_has_a_case() -> None:
    tried = set()
    for made in [*readers(), *receivers()]:
        with made() as case:
            tried.add(case.source.kind)
    assert tried >= set(kinds())


def test_no_kind_drops_what_our_accounts_and_people_wrote() -> None:
    """The flow keeps it out by rule `ours`, and counts it: a source that knew whom to drop would do so unseen. A mailbox has to
    know, for a form sends a customer's words under an address of ours; `tests/sources/test_mail.py` holds it to giving the rest.
    """
    knowing = {kind for kind, table in kinds().items() if "listening.own" in Path(getfile(table)).read_text("utf-8")}
    assert knowing == {"mail"}


@every()
def test_it_is_a_source_with_a_name_a_known_kind_and_a_rhythm(case: ReaderCase) -> None:
    assert isinstance(case.source, Source)
    assert case.source.name
    assert case.source.kind in kinds()
    assert case.source.every > timedelta(0)
    assert case.source.first_lookback == timedelta(hours=24)


@every()
def test_empty_place_gives_nothing_and_a_cursor_to_go_on_with(case: ReaderCase) -> None:
    case.publish([])
    first = case.source.poll("", NOW)
    assert (first.items, first.problems, first.more) == ((), (), False)
    case.publish([post(1)])
    assert given(case.source.poll(first.cursor, NOW)) == ids(case, post(1))


@every()
def test_post_comes_as_it_was_written(case: ReaderCase) -> None:
    written = post(1, "Two\n\nparagraphs & a <b>")
    case.publish([written])
    (item,) = case.source.poll("", NOW).items
    assert (item.external_id, item.text) == (case.external_id(written), written.text)
    assert "jo" in (item.author, item.author_name)
    assert item.posted_at == written.at
    assert item.author, "the same author must be known again"


@every(Trait.TITLES)
def test_a_title_comes_with_its_post(case: ReaderCase) -> None:
    case.publish([replace(post(1), title="A title")])
    assert [item.title for item in case.source.poll("", NOW).items] == ["A title"]


@every(Trait.LINKS)
def test_a_link_comes_with_its_post(case: ReaderCase) -> None:
    case.publish([replace(post(1), link="https://x.example/1")])
    assert [item.url for item in case.source.poll("", NOW).items] == ["https://x.example/1"]


@every()
def test_nothing_is_lost_while_posts_keep_coming(case: ReaderCase) -> None:
    seen: set[str] = set()
    cursor = ""
    posts = [post(number, ago=timedelta(minutes=100 - number)) for number in range(1, 19)]
    for upto in range(3, 19, 3):
        case.publish(posts[:upto][::-1])
        found, cursor = drain(case.source, cursor)
        seen |= set(found)
    assert seen == ids(case, *posts)


@every(Trait.SHORT_WINDOW)
def test_nothing_is_lost_while_a_short_window_slides_over_the_posts(case: ReaderCase) -> None:
    """The place shows its newest five only; between two polls three new ones appear."""
    seen: set[str] = set()
    cursor = ""
    posts = [post(number, ago=timedelta(minutes=100 - number)) for number in range(20)]
    for upto in range(3, 21, 3):
        case.publish(posts[max(0, upto - 5) : upto][::-1])
        batch = case.source.poll(cursor, NOW)
        cursor = batch.cursor
        seen |= given(batch)
    assert seen == ids(case, *posts[:18])


@every()
def test_what_piled_up_during_an_outage_comes_whole_and_the_oldest_first(case: ReaderCase) -> None:
    case.publish([post(1, ago=timedelta(hours=20))])
    _, cursor = drain(case.source, "")
    missed = [post(number, ago=timedelta(minutes=1_000 - 4 * number)) for number in range(2, 142)]
    case.publish([*missed[::-1], post(1, ago=timedelta(hours=20))])
    found, _ = drain(case.source, cursor)
    new = [each for each in dict.fromkeys(found) if each != case.external_id(post(1))]
    assert new == [case.external_id(each) for each in missed]


@every()
def test_batch_that_was_never_stored_comes_again(case: ReaderCase) -> None:
    case.publish([post(2), post(1)])
    first = case.source.poll("", NOW)
    assert given(case.source.poll("", NOW)) == given(first) == ids(case, post(1), post(2))
    case.publish([post(3), post(2), post(1)])
    lost = case.source.poll(first.cursor, NOW)
    again = case.source.poll(first.cursor, NOW + timedelta(hours=2))
    assert again.items == lost.items
    assert ids(case, post(3)) <= given(lost)


@every()
def test_unchanged_place_costs_nothing_new_and_loses_nothing(case: ReaderCase) -> None:
    case.publish([post(1)])
    cursor = case.source.poll("", NOW).cursor
    for _ in range(3):
        batch = case.source.poll(cursor, NOW)
        assert given(batch) <= ids(case, post(1))
        cursor = batch.cursor
    case.publish([post(2), post(1)])
    assert ids(case, post(2)) <= given(case.source.poll(cursor, NOW))


@every(Trait.TELLS_EDITS)
def test_edited_post_is_handed_over_again_under_its_id(case: ReaderCase) -> None:
    case.publish([post(1, "before")])
    cursor = case.source.poll("", NOW).cursor
    case.publish([post(1, "after")])
    found = [(item.external_id, item.text) for item in case.source.poll(cursor, NOW).items]
    assert found == [(case.external_id(post(1)), "after")]


@every(Trait.TELLS_DELETES)
def test_a_poll_says_what_was_taken_down(case: ReaderCase) -> None:
    case.publish([post(2), post(1)])
    cursor = case.source.poll("", NOW).cursor
    case.publish([post(2)])
    assert set(case.source.poll(cursor, NOW).gone) == ids(case, post(1))


@every(Trait.LOOKS_AGAIN)
def test_posts_looked_up_again_are_edited_unchanged_or_gone(case: ReaderCase) -> None:
    source = case.source
    assert isinstance(source, Revisable)
    assert source.looks_at_once > 0
    case.publish([post(3), post(2), post(1, "before")])
    known = [item.external_id for item in source.poll("", NOW).items]
    case.publish([post(3), post(1, "after")])
    looked = source.look_again(known, NOW)
    texts = {item.external_id: item.text for item in looked.items}
    assert set(looked.gone) == ids(case, post(2))
    assert texts == {case.external_id(post(1)): "after", case.external_id(post(3)): "text of 3"}


@every(Trait.LOOKS_AGAIN)
def test_a_post_reads_the_same_whether_polled_or_looked_up(case: ReaderCase) -> None:
    source = case.source
    assert isinstance(source, Revisable)
    case.publish([post(1)])
    (polled,) = source.poll("", NOW).items
    assert list(source.look_again([polled.external_id], NOW).items) == [polled]


@every()
def test_first_poll_does_not_flood_and_what_it_left_out_stays_out(case: ReaderCase) -> None:
    old = [post(number, ago=timedelta(days=3, minutes=50 - number)) for number in range(1, 51)]
    case.publish([post(100), *old[::-1]])
    found, cursor = drain(case.source, "")
    assert set(found) == ids(case, post(100))
    case.publish([post(101), post(100), *old[::-1]])
    later, _ = drain(case.source, cursor)
    assert set(later) <= ids(case, post(100), post(101))


@every(Trait.LATE)
def test_post_that_appears_late_with_an_old_date_is_not_lost(case: ReaderCase) -> None:
    case.publish([post(1)])
    cursor = case.source.poll("", NOW).cursor
    case.publish([post(1), post(2, ago=timedelta(days=9))])
    assert ids(case, post(2)) <= given(case.source.poll(cursor, NOW))


GARBAGE = ["x", "[]", '{"start":1}', "\ud800", '{"since": -1}', "9" * 5_000]


@every()
def test_cursor_that_is_garbage_starts_over(case: ReaderCase) -> None:
    case.publish([post(1)])
    for garbage in GARBAGE:
        assert given(case.source.poll(garbage, NOW)) == ids(case, post(1)), garbage


NONSENSE = [b"\x00\xff" * 99, b"<html><p>Back soon</p></html>", b"", b"[1, null]", b'{"data": 3}', b"[" * 9_000]


@every(Trait.OVER_HTTP)
def test_place_that_talks_nonsense_is_a_retry_or_a_give_up(case: ReaderCase) -> None:
    """Never an exception of any other kind, and never an empty batch, which would say that all is well."""
    for body in NONSENSE:
        case.say(body)
        with pytest.raises((Retry, GiveUp)):
            case.source.poll("", NOW)


@every(Trait.BARE)
def test_an_empty_object_is_an_empty_place_where_it_is_said_so(case: ReaderCase) -> None:
    case.say(b"{}")
    assert case.source.poll("", NOW).items == ()


@every(Trait.OVER_HTTP, lacks=Trait.BARE)
def test_an_empty_object_is_nonsense_elsewhere(case: ReaderCase) -> None:
    case.say(b"{}")
    with pytest.raises((Retry, GiveUp)):
        case.source.poll("", NOW)


@every(Trait.OVER_HTTP)
def test_place_that_refuses_says_whether_to_come_again(case: ReaderCase) -> None:
    for status, error in [(410, GiveUp), (401, GiveUp), (429, Retry), (503, Retry), (500, Retry)]:
        case.refuse(status)
        with pytest.raises(error):
            case.source.poll("", NOW)


@every(Trait.OVER_HTTP)
def test_a_place_that_names_a_time_is_left_alone_until_then(case: ReaderCase) -> None:
    case.refuse(429, retry_after="1234")
    with pytest.raises(Retry) as caught:
        case.source.poll("", NOW)
    assert caught.value.after >= timedelta(seconds=1_234)


@every()
def test_any_text_arrives_clean_and_beside_good_ones(case: ReaderCase) -> None:
    horrors = [
        replace(post(number, horror), title=horror[:900], author=horror[:900])
        for number, horror in enumerate(HORRORS.values(), start=1)
    ]
    case.publish([post(100), *horrors[::-1]])
    items = {item.external_id: item for item in case.source.poll("", NOW).items}
    assert items.pop(case.external_id(post(100))).text == "text of 100"
    assert len(items) == len(HORRORS)
    for item in items.values():
        assert item.text
        for text in (item.text, item.title, item.author_name):
            assert clean(text) == text
            assert len(text) <= MAX_TEXT
            text.encode()


@every()
def test_what_looks_like_markup_is_still_there_as_text(case: ReaderCase) -> None:
    text = "Use <b> and &amp; & <!channel>"
    case.publish([post(1, text)])
    assert [item.text for item in case.source.poll("", NOW).items] == [text]


@every(Trait.EMPTY)
def test_bad_posts_are_named_without_their_text_and_good_ones_kept(case: ReaderCase) -> None:
    case.publish([post(1), replace(post(2), text="", author="hunter2"), post(3)])
    batch = case.source.poll("", NOW)
    assert given(batch) == ids(case, post(1), post(3))
    (problem,) = batch.problems
    assert "no text" in problem
    assert "hunter2" not in problem


@every(Trait.UNDATED)
def test_missing_and_future_dates_leave_the_post_without_one(case: ReaderCase) -> None:
    case.publish([replace(post(1), at=None), post(2, ago=-timedelta(days=2))])
    batch = case.source.poll("", NOW)
    assert {item.external_id: item.posted_at for item in batch.items} == dict.fromkeys(ids(case, post(1), post(2)))


@every()
def test_what_a_source_holds_does_not_show(case: ReaderCase) -> None:
    """Addresses and tokens of the cases hold `hunter2` where they hold a secret."""
    assert "hunter2" not in repr(case.source)
