from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings

from bot.domain.home import Choice, Choices, HomeList, HomePage, Week
from bot.domain.lifecycle import State
from bot.domain.listing import Line, Listing
from bot.slack import ids
from bot.slack.blocks.home import EVERYTHING, fault_view, home_view, pages_of
from tests.slack.examples import BILLING, CARE, HOUR, NOW, a_line, hostile, hostile_long
from tests.slack.limits import elements_of, faults_of_view, said

CHOICES = Choices(
    departments=(("care", "Customer care"), ("billing", "Billing")),
    topics=(("refunds", "refunds"), ("outage", "outage")),
    sources=(("app", "App reviews"), ("forum", "Forum")),
)


def a_page(filled: dict[HomeList, tuple[Line, ...]] | None = None, **wanted: Any) -> HomePage:
    known: dict[str, Any] = {
        "user": "U0ANA",
        "departments": (CARE, BILLING),
        "lists": {which: Listing(lines=lines, total=len(lines)) for which, lines in (filled or {}).items()},
        "choices": CHOICES,
        "made_at": NOW,
    }
    return HomePage(**(known | wanted))


def steps(view: dict[str, Any]) -> list[tuple[str, str]]:
    """What can be done with mentions: (action id, mention)."""
    return [(one["action_id"], one["value"]) for one in elements_of(view["blocks"]) if "mention." in one["action_id"]]


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
    assert not steps(view)
    assert "Offered to me" not in text
    assert "My week" not in text


def test_whoever_is_in_no_team_is_told_whom_to_ask() -> None:
    text = said(home_view(a_page(departments=()), NOW))
    assert "You are in no team yet" in text
    assert "Ask whoever runs Earshot" in text


def test_each_list_offers_the_next_steps_of_this_person() -> None:
    mine = a_line(mention_id=1, state=State.CLAIMED, owner="U0ANA")
    view = home_view(
        a_page(
            {
                HomeList.MINE: (mine,),
                HomeList.DUE_SOON: (a_line(mention_id=2, state=State.CLAIMED, owner="U0BO"), mine),
                HomeList.UNCLAIMED: (a_line(mention_id=3, urgent=True),),
            }
        ),
        NOW,
    )
    text = said(view)
    assert not faults_of_view(view)
    of_mine = [(ids.ANSWER, "1"), (ids.RELEASE, "1"), (ids.SNOOZE, "1")]
    assert steps(view) == [*of_mine, *of_mine, (ids.CLAIM, "3"), (ids.ANSWER, "3"), (ids.SNOOZE, "3")]
    for words in ("🔵 yours", "🔵 U0BO", "🔴 Urgent · Ana K. on App reviews: They charged me twice"):
        assert words in text
    assert text.count("Open card") == 4


def test_a_snoozed_one_can_be_woken() -> None:
    view = home_view(a_page({HomeList.DUE_SOON: (a_line(state=State.SNOOZED),)}), NOW)
    assert (ids.WAKE, "7") in steps(view)
    assert (ids.SNOOZE, "7") not in steps(view)


def test_what_is_offered_and_what_waits_for_approval_come_first() -> None:
    offered = a_line(mention_id=4, offered_by="U0BO", offer_until=NOW + HOUR)
    waiting = a_line(
        mention_id=5, answer_id=31, answer="Dear Ana, we refund it.", answer_by="U0BO", waits_for="reach 9,000"
    )
    view = home_view(a_page({HomeList.OFFERED: (offered,), HomeList.APPROVALS: (waiting,)}), NOW)
    text = said(view)
    elements = elements_of(view["blocks"])
    assert [one["value"] for one in elements if one["action_id"] in (ids.ACCEPT, ids.DECLINE)] == ["4", "4"]
    asked = (ids.APPROVE, ids.REVIEW, ids.RETURN)
    assert [one["value"] for one in elements if one["action_id"] in asked] == ["5:31"] * 3
    assert text.index("Offered to me (1)") < text.index("Waiting for my approval (1)") < text.index("Mine")
    for words in ("offered by U0BO until", "written by U0BO", "needs approval: reach 9,000", "Dear Ana"):
        assert words in text


def test_a_late_one_says_so() -> None:
    text = said(home_view(a_page({HomeList.MINE: (a_line(due_at=NOW - HOUR),), HomeList.DUE_SOON: (a_line(),)}), NOW))
    assert text.count("Late: was due") == 1
    assert text.count("⏳ due") == 1


def test_a_page_says_where_in_the_list_it_is_and_leads_to_its_neighbours() -> None:
    lines = tuple(a_line(mention_id=n) for n in range(8))
    second = Listing(lines=lines, first=8, total=4210)
    view = home_view(a_page(lists={HomeList.UNCLAIMED: second}), NOW)
    assert "9–16 of 4,210" in said(view)
    assert "Unclaimed in my teams (4,210)" in said(view)
    turns = [(one["action_id"], one["value"]) for one in elements_of(view["blocks"]) if one["type"] == "button"]
    assert (ids.HOME_BACK, "unclaimed:0") in turns
    assert (ids.HOME_MORE, "unclaimed:2") in turns
    assert pages_of(view["private_metadata"]) == {HomeList.UNCLAIMED: 1}


def test_the_first_and_the_last_page_lead_one_way_only() -> None:
    lines = tuple(a_line(mention_id=n) for n in range(8))
    for first, missing in ((0, ids.HOME_BACK), (16, ids.HOME_MORE)):
        view = home_view(a_page(lists={HomeList.MINE: Listing(lines=lines, first=first, total=24)}), NOW)
        assert missing not in [one["action_id"] for one in elements_of(view["blocks"])]


def test_filters_show_what_is_chosen_and_how_to_see_everything_again() -> None:
    view = home_view(a_page(choice=Choice(topic="refunds", urgent=True)), NOW)
    elements = {one["action_id"]: one for one in elements_of(view["blocks"])}
    assert not faults_of_view(view)
    assert elements[ids.HOME_TOPIC]["initial_option"]["value"] == "refunds"
    assert elements[ids.HOME_SOURCE]["initial_option"]["value"] == EVERYTHING
    assert elements[ids.HOME_URGENT]["initial_options"][0]["value"] == "urgent"
    assert ids.HOME_EVERYTHING in elements
    assert "Nothing here fits what you chose above." in said(view)
    plain = {one["action_id"]: one for one in elements_of(home_view(a_page(), NOW)["blocks"])}
    assert ids.HOME_EVERYTHING not in plain
    assert "initial_options" not in plain[ids.HOME_URGENT]


def test_another_choice_has_another_block_or_slack_would_keep_what_was_picked() -> None:
    blocks = [home_view(a_page(choice=choice), NOW)["blocks"][1] for choice in (Choice(), Choice(urgent=True))]
    assert blocks[0]["block_id"] != blocks[1]["block_id"]


def test_a_topic_beyond_slacks_hundred_is_shown_where_it_is_chosen() -> None:
    many = tuple((f"t{n}", f"topic {n}") for n in range(250))
    view = home_view(a_page(choice=Choice(topic="t240"), choices=replace(CHOICES, topics=many)), NOW)
    topics = next(one for one in elements_of(view["blocks"]) if one["action_id"] == ids.HOME_TOPIC)
    assert not faults_of_view(view)
    assert topics["initial_option"] in topics["options"]


def test_my_week_is_compared_with_the_last() -> None:
    week = Week(claimed=12, answered=9, let_stand=2, first_response=timedelta(minutes=42), promises=10, kept=9)
    text = said(home_view(a_page(week=week, last_week=Week(claimed=3)), NOW))
    for words in ("12 _(last week 3)_", "42 minutes _(last week none)_", "9 of 10 _(last week none due)_"):
        assert words in text


def test_a_card_that_is_not_posted_yet_has_no_link() -> None:
    assert "the card is on its way" in said(home_view(a_page({HomeList.MINE: (a_line(permalink=""),)}), NOW))


def test_a_home_that_could_not_be_made_says_why_and_offers_another_try() -> None:
    view = fault_view("Earshot is busy just now.")
    assert not faults_of_view(view)
    assert "Earshot is busy just now." in said(view)
    assert [one["action_id"] for one in elements_of(view["blocks"])] == [ids.HOME_AGAIN]


def test_metadata_of_an_older_version_leads_to_the_first_pages() -> None:
    assert pages_of("") == pages_of("{}") == pages_of('{"gone": 3}') == {}


@settings(max_examples=40, deadline=None)
@given(body=hostile_long, short=hostile)
def test_no_text_breaks_home(body: str, short: str) -> None:
    line = a_line(
        excerpt=body, author=body, source=short, department=short, permalink=short, owner=short, topic=short,
        offered_by=short, answer=body, answer_by=short, waits_for=body,
    )  # fmt: skip
    place = CARE.__class__(name="x", title=short, channel=short)
    full = {HomeList.OFFERED: 4, HomeList.APPROVALS: 4}
    lists = {which: Listing(lines=(line,) * full.get(which, 8), first=8, total=99) for which in HomeList}
    view = home_view(a_page(departments=(place,) * 30, lists=lists, week=Week(claimed=1)), NOW)
    assert not faults_of_view(view)
