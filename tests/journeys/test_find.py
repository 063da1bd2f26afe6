"""/mentions find and /mentions author: everything there ever was, and what can be done with it."""

from typing import Any

from sandbox.person import Person, visible_text
from tests.journeys.looking import buttons, home, press, touch
from tests.journeys.office import PATIENCE, Office, until

Json = dict[str, Any]


def search(person: Person, line: str, channel: str = "#billing") -> Json:
    person.command(f"/mentions find {line}", channel)
    return person.expect_modal(callback_id="find", within=PATIENCE)


def shows(person: Person, *words: str) -> Json:
    """The dialog on screen, once all of it stands there."""

    def look() -> Json | None:
        view = person.modals()[-1:]
        return view[0] if view and all(word in visible_text(view[0]) for word in words) else None

    found: Json = until(look, lambda: f"{words} in:\n{visible_text(person.modals())}")
    return found


def push(person: Person, action: str, value: str = "") -> None:
    """A button of the dialog on screen."""

    def pushed() -> bool:
        for view in person.modals()[-1:]:
            for block, button in buttons(view):
                if button["action_id"] == action and value in ("", button.get("value")):
                    container = {"type": "view", "view_id": view["id"]}
                    return touch(person, container, block["block_id"], action)
        return False

    until(pushed, f"{action} {value} on screen")


def test_what_was_said_long_ago_is_found_and_claimed(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    for number in range(12):
        office.hears(f"billing awful, says ibex {number:02}")
    office.hears("an outage, says jackal", author="jackal")
    card = office.card("says ibex 03", within=2 * PATIENCE)
    office.card("says jackal", "#engineering")
    search(ana, "ibex")
    first = shows(ana, "1–10 of 12, the newest first", "says ibex 11", "Open card")
    assert "says ibex 01" not in visible_text(first)
    push(ana, "find.older", "1")
    shows(ana, "11–12 of 12", "says ibex 01")
    push(ana, "find.newer", "0")
    shows(ana, "says ibex 03")
    push(ana, "find.claim", str(card.mention_id))
    shows(ana, "🔵 yours")
    card.shows("Claimed by")

    search(ben, "ibex state:open")
    shows(ben, "of 11")
    again = ben.modals()[-1]
    assert not ben.submit(again["id"], {"find.text": {"find.text": "jackal team:engineering"}})
    shows(ben, "1–1 of 1", "says jackal")


def test_a_claim_that_came_too_late_is_told_in_the_list(own_office: Office) -> None:
    office = own_office
    ana, ben = office.person("ana"), office.person("ben")
    office.hears("billing awful, says kite")
    card = office.card("says kite")
    search(ben, "kite")
    shows(ben, "⚪ unclaimed")
    card.click(ana, "claim")
    card.shows("Claimed")
    push(ben, "find.claim", str(card.mention_id))
    shows(ben, "Somebody else has it. Ana has it since", "🔵")


def test_a_search_that_cannot_be_read_says_what_can_be_asked(office: Office) -> None:
    ana = office.person("ana")
    search(ana, "state:sleeping")
    shows(ana, "“sleeping” is no state. There are open, claimed")
    view = ana.modals()[-1]
    assert not ana.submit(view["id"], {"find.text": {"find.text": "colour:red"}})
    shows(ana, "“colour:” is nothing to search by.")
    search(ana, "")
    shows(ana, "state:open")
    home(ana, "Find…")
    press(ana, "home.find", "find")
    shows(ana, "Words in a mention or its author")


def test_what_a_rule_kept_out_is_brought_back(own_office: Office) -> None:
    office = own_office
    ben = office.person("ben")
    office.hears("free crypto, says lynx, and my bank charged me", author="lynx")

    def kept_out() -> bool:
        search(ben, "lynx state:kept-out")
        return "kept out by a rule" in visible_text(ben.modals())

    until(kept_out, "the rule to keep it out")
    push(ben, "find.bring_back")
    dialog = ben.expect_modal(callback_id="find.bring_back", within=PATIENCE)
    with office.everything_twice():
        filled = {"bring_back.department": {"bring_back.department": "billing"}}
        assert not ben.submit(dialog["id"], filled)
    card = office.card("says lynx")
    assert len(office.cards("says lynx", "#billing")) == 1
    card.shows("Unclaimed")
    until(lambda: "Brought to Billing." in visible_text(ben.modals()), "the list to say so")
    [brought] = [event for event in office.log(card) if event.what == "reopen"]
    assert (brought.actor, brought.detail["after"]) == (ben.id, "billing")


def test_an_authors_history_is_told_source_by_source(own_office: Office) -> None:
    office = own_office
    ana = office.person("ana")
    office.hears("billing awful, says marten", author="marten", author_name="Mart N.")
    office.hears("billing awful again, says marten", author="marten", author_name="Mart N.")
    office.hears("billing, says another marten", source="archive", author="marten", author_name="")
    card = office.card("says another marten")
    until(lambda: len(office.cards("says marten", "#billing")) == 2, "all cards")
    card.click(ana, "claim")
    card.shows("Claimed")
    ana.command("/mentions author @marten", "#billing")
    view = ana.expect_modal(callback_id="author.history", within=PATIENCE)
    told = visible_text(view)
    for words in ("Mart N. (marten) on blog", "2 mentions: 2 open", "marten on archive", "may be another person"):
        assert words in told
    ana.command("/mentions author @ana", "#billing")  # a handle that is somebody's in Slack too
    shows(ana, "Nobody called “ana” has written about us.")
    ana.command("/mentions author", "#billing")
    ana.expect_message("#billing", containing="Whose history?", within=PATIENCE)

    search(ana, "marten")
    shows(ana, "of 3")
    push(ana, "author.history", str(card.mention_id))
    assert "on archive" in visible_text(ana.expect_modal(callback_id="author.history", within=PATIENCE))
