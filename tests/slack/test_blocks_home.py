from typing import Any

from hypothesis import given, settings

from bot.domain.card import HomePage
from bot.domain.lifecycle import State
from bot.slack import ids
from bot.slack.blocks.home import LISTED, home_view
from tests.slack.examples import BILLING, CARE, HOUR, NOW, a_line, hostile, hostile_long
from tests.slack.limits import elements_of, faults_of_view, said


def a_page(**wanted: Any) -> HomePage:
    known: dict[str, Any] = {
        "user": "U0ANA",
        "departments": (CARE, BILLING),
        "mine": (),
        "mine_more": 0,
        "due_soon": (),
        "due_soon_more": 0,
        "unclaimed": (),
        "unclaimed_more": 0,
        "made_at": NOW,
    }
    return HomePage(**(known | wanted))


def test_an_empty_home_is_friendly_and_offers_nothing() -> None:
    view = home_view(a_page(), NOW)
    text = said(view)
    assert not faults_of_view(view)
    for words in (
        "Your teams: Customer care, Billing",
        "Nothing waits for you.",
        "Nothing is due soon",
        "has an owner",
    ):
        assert words in text
    assert not elements_of(view["blocks"])


def test_whoever_is_in_no_team_is_told_whom_to_ask() -> None:
    text = said(home_view(a_page(departments=()), NOW))
    assert "You are in no team yet" in text
    assert "Ask whoever runs Earshot" in text


def test_each_list_offers_the_next_step_of_this_person() -> None:
    view = home_view(
        a_page(
            mine=(a_line(mention_id=1, state=State.CLAIMED, owner="U0ANA"),),
            due_soon=(
                a_line(mention_id=2, state=State.CLAIMED, owner="U0BO"),
                a_line(mention_id=1, state=State.CLAIMED, owner="U0ANA"),
                a_line(mention_id=3),
            ),
            unclaimed=(a_line(mention_id=3, urgent=True),),
        ),
        NOW,
    )
    text = said(view)
    assert not faults_of_view(view)
    assert [(one["action_id"], one["value"]) for one in elements_of(view["blocks"])] == [
        (ids.ANSWER, "1"),
        (ids.ANSWER, "1"),
        (ids.CLAIM, "3"),
        (ids.CLAIM, "3"),
    ]
    for words in ("🔵 yours", "🔵 <@U0BO>", "⚪ unclaimed", "🔴 Urgent · Ana K. on App reviews: They charged me twice"):
        assert words in text
    assert text.count("|Open card>") == 5


def test_lists_that_say_it_in_their_title_do_not_repeat_whose_a_mention_is() -> None:
    snoozed = a_line(state=State.SNOOZED)
    text = said(
        home_view(a_page(mine=(a_line(owner="U0ANA", state=State.CLAIMED),), unclaimed=(a_line(), snoozed)), NOW)
    )
    assert "yours" not in text
    assert "⚪ unclaimed" not in text
    assert text.count("💤 snoozed") == 1


def test_a_late_one_says_so() -> None:
    text = said(home_view(a_page(mine=(a_line(due_at=NOW - HOUR),), due_soon=(a_line(),)), NOW))
    assert text.count("*Late:* was due") == 1
    assert text.count("⏳ due") == 1


def test_nothing_hides_beyond_the_page() -> None:
    lines = tuple(a_line(mention_id=n) for n in range(60))
    view = home_view(a_page(mine=lines, due_soon=lines, unclaimed=lines, unclaimed_more=37), NOW)
    text = said(view)
    assert not faults_of_view(view)
    assert f"and {60 - LISTED} more" in text
    assert f"and {60 - LISTED + 37} more" in text
    assert "Unclaimed in my teams (97)" in text


def test_a_card_that_is_not_posted_yet_has_no_link() -> None:
    assert "The card is on its way" in said(home_view(a_page(mine=(a_line(permalink=""),)), NOW))


@settings(max_examples=40, deadline=None)
@given(body=hostile_long, short=hostile)
def test_no_text_breaks_home(body: str, short: str) -> None:
    line = a_line(excerpt=body, author=body, source=short, department=short, permalink=short, owner=short)
    place = CARE.__class__(name="x", title=short, channel=short)
    view = home_view(a_page(departments=(place,) * 30, mine=(line,) * 40, due_soon=(line,), unclaimed=(line,)), NOW)
    assert not faults_of_view(view)
