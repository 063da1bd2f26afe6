"""Saved replies, kept in Slack: listed, written with a preview, changed by one of two, retired and brought back."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.store import saved_replies
from bot.store.schema_desk import SavedReplyRow
from sandbox.person import Person, visible_text
from tests.journeys.looking import buttons
from tests.journeys.office import PATIENCE, Office, fill, until

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def no_replies(office: Office) -> Iterator[None]:
    """Each test begins with an empty list, and leaves one."""
    yield
    with office.bot.database.write() as session:
        for row in session.query(SavedReplyRow):
            session.delete(row)
    for handle in ("mia", "ana"):
        person = office.person(handle)
        if open_views := person.modals():
            person.close(open_views[-1]["id"], whole_stack=True)


def listed(person: Person) -> Json:
    person.command("/mentions replies", "#billing")
    return person.expect_modal(callback_id="replies", within=PATIENCE)


def shown(person: Person, words: str) -> Json:
    """The list, once it shows these words."""

    def look() -> Json | None:
        found = next((view for view in person.modals() if view["callback_id"] == "replies"), None)
        return found if found and words in visible_text(found) else None

    return until(look, lambda: f"{words} in {[visible_text(view) for view in person.modals()]}")  # type: ignore[no-any-return]


def press(person: Person, view: Json, action: str, title: str = "") -> None:
    """A button of the list; of several the one whose label ends in the reply's title."""
    for block, button in buttons(view):
        if button["action_id"] == action and (button.get("accessibility_label") or "").endswith(title):
            container = {"type": "view", "view_id": view["id"]}
            person.post("/ui/action", container=container, block_id=block["block_id"], action_id=action, value=None)
            return
    raise AssertionError(f"no {action} for {title}")


def write(person: Person, view: Json, **fields: str) -> dict[str, str]:
    press(person, view, "reply.new")
    form = person.expect_modal(callback_id="reply.save", within=PATIENCE)
    return fill(person, form, **{f"reply__{name}": value for name, value in fields.items()})


def test_a_manager_writes_one_with_fields_and_a_preview(office: Office) -> None:
    mia = office.person("mia")
    office.hears("billing question, says numbat", author_name="Nora Numbat")
    office.card("says numbat")
    view = listed(mia)
    assert "There are no saved replies yet." in visible_text(view)
    press(mia, view, "reply.new")
    form = mia.expect_modal(callback_id="reply.save", within=PATIENCE)
    mia.click_in_view(
        form["id"],
        "reply.text",
        "Hi {author}, {agent} here.",
        state={"reply.department": {"reply.department": "billing"}},
    )
    until(
        lambda: "Hi Nora Numbat, Mia here." in visible_text(mia.expect_modal(callback_id="reply.save")),
        lambda: f"the preview in {visible_text(mia.modals()[-1])}",
    )
    with office.everything_twice():
        wrong = fill(mia, mia.modals()[-1], reply__title="Refund", reply__text="Hi {autor}")
        assert "There is no field {autor}. The fields are {author}, " in wrong["reply.text"]
        assert not fill(mia, mia.modals()[-1], reply__title="Refund", reply__text="Hi {author}, it is on its way.")
    text = visible_text(shown(mia, "Refund"))
    assert "1 saved reply" in text
    assert "not used yet" in text
    with office.bot.database.read() as session:
        assert saved_replies.page(session, retired=False, offset=0, limit=9)[1] == 1


def test_of_two_who_change_one_the_second_is_told(office: Office) -> None:
    mia = office.person("mia")
    assert not write(mia, listed(mia), title="Refund", text="We sent it back.")
    view = shown(mia, "Refund")
    press(mia, view, "reply.edit", "Refund")
    form = mia.expect_modal(callback_id="reply.save", within=PATIENCE)
    with office.bot.database.write() as session:
        found = saved_replies.page(session, retired=False, offset=0, limit=1)[0][0]
        assert saved_replies.change(session, found, version=1)
    told = fill(mia, form, reply__title="Refund", reply__text="We have sent it back.")
    assert "This reply has changed since you opened it" in told["reply.text"]
    assert "changed it at" in told["reply.text"]


def test_a_retired_one_is_kept_and_can_be_brought_back(office: Office) -> None:
    mia = office.person("mia")
    assert not write(mia, listed(mia), title="Refund", text="We sent it back.")
    press(mia, shown(mia, "Refund"), "reply.retire", "Refund")
    view = shown(mia, "Retired (1)")
    press(mia, view, "replies.other")
    view = shown(mia, "1 retired reply")
    assert "retired by" in visible_text(view)
    press(mia, view, "reply.bring_back", "Refund")
    view = shown(mia, "0 retired replies")
    press(mia, view, "replies.other")
    shown(mia, "1 saved reply")


def test_an_answer_is_saved_as_a_reply_with_fields_in_place_of_names(office: Office, ana: Person) -> None:
    mia = office.person("mia")
    office.hears("billing twice, says wombat", author_name="Wanda Wombat")
    card = office.card("says wombat")
    dialog = card.dialog(ana, "answer_elsewhere", menu=True)
    assert not fill(ana, dialog, elsewhere__text="Hi Wanda, we sent back £79 today. Ana")
    card.offers("Reopen", "History").click(mia, "history")
    history = mia.expect_modal(callback_id="mention.history", within=PATIENCE)
    press(mia, history, "reply.of_answer")
    form = mia.expect_modal(callback_id="reply.save", within=PATIENCE)
    text = next(block["element"]["initial_value"] for block in form["blocks"] if block["block_id"] == "reply.text")
    assert text == "Hi {author}, we sent back [amount] [date]. {agent}"
    assert not fill(mia, form, reply__title="Sent back")
    mia.close(mia.modals()[-1]["id"], whole_stack=True)
    assert "Sent back" in visible_text(listed(mia))


def test_pages_lead_through_all_of_them(office: Office) -> None:
    mia = office.person("mia")
    view = listed(mia)
    for number in range(10, 20):
        assert not write(mia, view, title=f"Reply {number}", text="We sent it back.")
        view = shown(mia, f"{number - 9} saved repl")
    assert "Reply 17" in visible_text(view)
    assert "Reply 18" not in visible_text(view)
    press(mia, view, "replies.older")
    view = shown(mia, "9–10 of 10")
    assert "Reply 18" in visible_text(view)
    press(mia, view, "replies.newer")
    shown(mia, "1–8 of 10")


def test_everybody_may_read_them_and_who_may_not_change_them_is_told_who_can(office: Office, ana: Person) -> None:
    view = listed(ana)
    press(ana, view, "reply.new")
    until(lambda: any("Mia" in visible_text(each) for each in ana.modals()), "Ana to be told who can")
    assert not [each for each in ana.modals() if each["callback_id"] == "reply.save"]
