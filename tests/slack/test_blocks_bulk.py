from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backlog import MOST, TOGETHER, BacklogItem, BacklogPage, Pick, Whose
from bot.domain.lifecycle import Action
from bot.slack import ids
from bot.slack.blocks.bulk import TOLD, Choosing, Titles, bulk_modal, cleared_message, words_of
from tests.slack.examples import NOW, PERMALINK, hostile
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said

TITLES = Titles(departments={"care": "Customer care"}, topics=["billing"], sources={"reviews": "App reviews"})


def waiting(number: int, **wanted: object) -> BacklogItem:
    known: dict[str, object] = {
        "mention_id": number,
        "source": "reviews",
        "author": "Ana K.",
        "text": f"They charged me twice, {number}",
        "department": "care",
        "topic": "billing",
        "recommended": "restoration",
        "urgent": False,
        "received_at": NOW - timedelta(days=3),
    }
    return BacklogItem(**(known | wanted))  # type: ignore[arg-type]


def a_page(count: int = 3, *, first: int = 0, total: int | None = None) -> BacklogPage:
    shown = tuple(waiting(first + number + 1) for number in range(count))
    return BacklogPage(waiting=shown, first=first, total=count if total is None else total, size=30)


def boxes(view: dict) -> list[dict]:  # type: ignore[type-arg]
    return [each for each in elements_of(view["blocks"]) if each["type"] == "checkboxes"]


def test_a_full_page_of_a_long_backlog_fits() -> None:
    view = bulk_modal(Choosing(action=Action.LET_STAND), a_page(30, first=30, total=4_210), TITLES, now=NOW)
    assert not faults_of_view(view)
    assert "31–60 of 4,210 mentions, the oldest first." in said(view)
    assert [len(each["options"]) for each in boxes(view)] == [10, 10, 10]
    buttons = [each["text"]["text"] for each in elements_of(view["blocks"]) if each["type"] == "button"]
    assert buttons == ["Tick all shown", "Back (30)", "More (4,150)"]


def test_each_mention_tells_who_what_and_how_old() -> None:
    view = bulk_modal(Choosing(), a_page(1), TITLES, now=NOW)
    (choice,) = boxes(view)[0]["options"]
    assert choice["text"]["text"] == "Ana K. on App reviews: They charged me twice, 1"
    assert choice["description"]["text"] == "Put it right · billing · 3 days old · Customer care"
    assert choice["value"] == "1"


def test_ticks_of_this_page_are_kept_and_those_of_others_counted() -> None:
    view = bulk_modal(Choosing(ticked=(2, 77, 78)), a_page(3), TITLES, now=NOW)
    assert [each["value"] for each in boxes(view)[0]["initial_options"]] == ["2"]
    assert "2 more ticked that this page does not show." in said(view)
    assert '"kept":[77,78]' in view["private_metadata"]


def test_more_ticks_than_are_done_at_a_time_are_warned_of_and_still_fit() -> None:
    many = Choosing(ticked=tuple(range(10_000_000, 10_000_000 + 3 * MOST)))
    view = bulk_modal(many, a_page(3), TITLES, now=NOW)
    assert not faults_of_view(view)
    assert f"At most {MOST} are done at a time." in said(view)


def test_an_empty_backlog_says_so() -> None:
    view = bulk_modal(Choosing(), a_page(0), TITLES, now=NOW)
    assert not faults_of_view(view)
    assert "Nothing waits here." in said(view)
    assert boxes(view) == []


@pytest.mark.parametrize("action", TOGETHER)
def test_each_decision_asks_what_it_needs(action: Action) -> None:
    view = bulk_modal(Choosing(action=action, pick=Pick(whose=Whose.MINE)), a_page(), TITLES, now=NOW)
    assert not faults_of_view(view)
    names = {each["action_id"] for each in elements_of(view["blocks"])}
    assert (ids.BULK_REASON in names) == (action in (Action.LET_STAND, Action.MONITOR, Action.DISMISS))
    assert (ids.BULK_UNTIL in names) == (action is Action.SNOOZE)


def test_only_what_one_holds_can_be_released() -> None:
    def offered(whose: Whose) -> list[str]:
        view = bulk_modal(Choosing(pick=Pick(whose=whose), action=Action.RELEASE), a_page(), TITLES, now=NOW)
        assert not faults_of_view(view)
        decision = next(each for each in elements_of(view["blocks"]) if each["action_id"] == ids.BULK_DECISION)
        return [each["value"] for each in decision["options"]]

    assert "release" in offered(Whose.MINE)
    assert "release" not in offered(Whose.UNCLAIMED)


def test_the_result_counts_both_and_names_what_was_not_possible() -> None:
    undone = [("Ana K.: “Charged twice”", PERMALINK, "Somebody else has it. Ben has it since 10:04 (22 Nov).")]
    message = cleared_message(words_of(Action.LET_STAND, "settled"), range(17), undone)
    assert not faults_of_message(message)
    assert message.text.startswith("Let stand, “settled”: 17 done, 1 not: Somebody else has it. Ben has it since 10:04")
    assert "Ana K.: “Charged twice”: Somebody else has it." in said(message.blocks)
    assert said(cleared_message(words_of(Action.RELEASE, ""), (1, 2, 3), []).blocks) == "Release my claims: 3 done."


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=3, hours=5), "3 days old"),
        (timedelta(days=1), "1 day old"),
        (timedelta(hours=2, minutes=59), "2 hours old"),
        (timedelta(seconds=61), "1 minute old"),
        (timedelta(0), "0 minutes old"),
    ],
)
def test_an_age_is_told_by_its_largest_unit(length: timedelta, words: str) -> None:
    page = BacklogPage(waiting=(waiting(1, received_at=NOW - length),), first=0, total=1, size=30)
    assert f"billing · {words} · Customer care" in said(bulk_modal(Choosing(), page, TITLES, now=NOW))


def test_what_was_done_can_be_undone_for_all_while_there_is_time() -> None:
    many = range(10_000_000, 10_000_000 + MOST)
    message = cleared_message("Let stand", many, [], undo_within=timedelta(seconds=30))
    assert not faults_of_message(message)
    (undo,) = elements_of(message.blocks)
    assert undo["text"]["text"] == "Undo (30 seconds)"
    assert undo["value"].split(",") == [str(each) for each in many]
    assert elements_of(cleared_message("Let stand", (), [], undo_within=timedelta(seconds=30)).blocks) == []


def test_more_than_fit_are_counted() -> None:
    message = cleared_message("Snooze", (), [("A mention", "", "This mention was erased.")] * (TOLD + 5))
    assert not faults_of_message(message)
    assert "and 5 more" in said(message.blocks)


@given(author=hostile, text=hostile, source=hostile, urgent=st.booleans())
def test_whatever_customers_write_the_dialog_is_accepted(author: str, text: str, source: str, urgent: bool) -> None:
    one = waiting(1, author=author, text=text, source=source, urgent=urgent, topic=text, department=source)
    page = BacklogPage(waiting=(one,), first=0, total=1, size=30)
    assert not faults_of_view(bulk_modal(Choosing(), page, TITLES, now=NOW))
    assert not faults_of_message(cleared_message(words_of(Action.LET_STAND, text), (1,), [(author, source, text)]))
