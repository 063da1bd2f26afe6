from hypothesis import given, settings

from bot.domain.lifecycle import State
from bot.domain.page import SLACK, Here
from bot.slack import ids
from bot.slack.blocks.add import LONGEST, ByHand, add_modal, added_message, here_message, here_modal, reading_modal
from tests.slack.examples import PERMALINK, a_card, hostile, hostile_long
from tests.slack.limits import elements_of, faults_of_message, faults_of_view, said


def test_the_dialog_holds_what_is_known_and_asks_for_the_words() -> None:
    view = add_modal(
        ByHand(source=SLACK, text="Charged twice", author="Ana", url="https://a.test/1", posted=17), "Look!"
    )
    words, author, address = elements_of(view["blocks"])
    assert not faults_of_view(view)
    assert (words["initial_value"], author["initial_value"]) == ("Charged twice", "Ana")
    assert address["initial_value"] == "https://a.test/1"
    assert "Look!" in said(view)
    assert "Only the first" not in said(view)


def test_what_does_not_fit_is_said() -> None:
    view = add_modal(ByHand(source=SLACK, text="W" * (LONGEST + 1)))
    assert "Only the first 3,000 characters fit here." in said(view)
    assert len(elements_of(view["blocks"])[0]["initial_value"]) == LONGEST


def test_while_a_page_is_read_there_is_nothing_to_fill_in() -> None:
    view = reading_modal("https://www.forum.test/1")
    assert not faults_of_view(view)
    assert "Reading the page on forum.test…" in said(view)
    assert "submit" not in view


def test_what_is_here_already_leads_to_its_card() -> None:
    here = Here(card=a_card(), permalink=PERMALINK)
    assert "It is already here: " in said(here_modal(here))
    assert "Open the card" in said(here_message(here).blocks)
    assert "its card is on its way" in said(here_message(Here(card=a_card(), permalink="")).blocks)


def test_what_a_rule_kept_out_can_be_brought_back_from_there() -> None:
    message = here_message(Here(card=a_card(state=State.FILTERED, route_rule="spam"), permalink=""))
    assert [one["action_id"] for one in elements_of(message.blocks)] == [ids.BRING_BACK]
    assert "kept out of every channel" in said(message.blocks).casefold()


@settings(max_examples=40, deadline=None)
@given(body=hostile_long, short=hostile)
def test_no_text_breaks_it(body: str, short: str) -> None:
    draft = ByHand(source=SLACK, external_id="C1/17.5", text=body, author=body, url=short, channel="C1")
    for view in (add_modal(draft, body), reading_modal("https://a.test")):
        assert not faults_of_view(view)
    assert not faults_of_message(added_message(body))
