"""What people of the demo do in Slack, one scene each: checked on the screen, and told in a sentence on the terminal.

An AssertionError says what failed. A card is the message as it stood when it was found.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import httpx

from sandbox.demo.letters import JUNIA, Neighbours
from sandbox.person import Json, Person, visible_text

START_SECONDS = 120
PATIENCE = 20.0
CLAIM = "mention.claim"
MENU = "mention.menu"

WIDELY_READ = "reach 48,200"
"""Auntie Fen: an answer to her waits for approval, whoever wrote it."""


def first_free_card(person: Person, *channels: str, source: Sequence[str] = ("",), saying: str = "") -> Json:
    """A card that nobody has, from one of these sources and with these words where they are named."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for message in (each for channel in channels for each in person.messages(channel)):
            text = visible_text(message)
            fits = saying in text and WIDELY_READ not in text and any(f" on {each}" in text for each in source)
            if fits and has_action(message, CLAIM) and has_action(message, MENU):
                return message
        time.sleep(0.2)
    raise AssertionError(f"no free card in {' or '.join(channels)} within {START_SECONDS} s")


def has_action(message: Mapping[str, Any], action_id: str) -> bool:
    return bool(_elements(message, action_id))


def claim(owner: Person, rival: Person, card: Json) -> None:
    owner.click(card["channel"], card["ts"], CLAIM)
    _until(lambda: "Claimed" in visible_text(_now(owner, card)))
    pressed = CLAIM if has_action(_now(rival, card), CLAIM) else "mention.answer"
    rival.click(card["channel"], card["ts"], pressed)
    told = rival.expect_message(card["channel"], containing=" since ", within=PATIENCE)
    print(f"{owner.handle} claimed it; {rival.handle} tried too and was told: {_first_line(rival, told)}")


def hand_over(giver: Person, taker: Person, card: Json) -> None:
    """The taker is asked in a direct message, and has it once they accept."""
    choose(giver, card, "hand_over")
    dialog = giver.expect_modal(callback_id="mention.hand_over", within=PATIENCE)
    fill(giver, dialog, {"hand_over.to": taker.id, "hand_over.note": "You know this one."})
    asked = expect_direct(taker, "hands you this one")
    taker.click(asked["channel"], asked["ts"], "mention.accept")
    expect_direct(giver, "took this one over from you")
    print(f"{giver.handle} handed it to {taker.handle}, who accepted in a direct message.")


def answer_after_preflight(person: Person, card: Json) -> None:
    """A first draft blames the customer and is not sent: the preflight names the words. The second goes."""
    person.click(card["channel"], card["ts"], "mention.answer")
    dialog = person.expect_modal(callback_id="mention.answer", within=PATIENCE)
    person.click_in_view(dialog["id"], "answer.text", "You should have read the manual. #crumbday")
    hints = _lines_of_modal(person, "puts it on the customer", "#crumbday is unknown")
    text = f"I am sorry about that. I work for Simmerwick, and what went wrong is put right today. {_name(person)}"
    fill(person, dialog, {"answer.text": text})
    await_card(person, card, "mention.reopen")
    link = _read_at_the_place(person, card, text)
    print(f"{person.handle} began an answer, and the preflight said: {hints[0]} / {hints[1]}")
    print(f"{person.handle} wrote another; it was sent, and it stands at {link}.")


def fail_and_change(person: Person, card: Json) -> None:
    """At a place that takes 280 characters: too long an answer comes back with the reason, a shorter one goes."""
    write(person, card, "I am sorry about that, and I will tell you how it came to be. " * 6)
    await_card(person, card, "mention.retry_reply")
    reason = min((line for line in visible_text(_now(person, card)).splitlines() if "280 characters" in line), key=len)
    text = f"I am sorry about that. I work for Simmerwick and am on it. {_name(person)}"
    write(person, card, text)
    await_card(person, card, "mention.reopen")
    link = _read_at_the_place(person, card, text)
    print(f"{person.handle} wrote too much and was told: {reason.strip()} The shorter one stands at {link}.")


def answer_on_the_network(person: Person, card: Json, neighbours: Neighbours) -> None:
    """The answer is read back from the network's own server, under the customer's post."""
    text = f"I am sorry about the lid. I am {_name(person)} and work for Simmerwick; a new one leaves today."
    write(person, card, text)
    await_card(person, card, "mention.reopen")
    found = neighbours.network.answers(neighbours.toot)
    assert [text in answer for answer in found] == [True], found
    print(f"{person.handle} answered a post on the fediverse; its server shows one answer under it: {found[0]}")


def answer_by_mail(person: Person, card: Json, neighbours: Neighbours) -> None:
    """The answer is read back in the customer's mailbox, as an answer to her letter."""
    text = f"I am sorry, Junia. I am {_name(person)} and work for Simmerwick; the second payment goes back today."
    write(person, card, text)
    await_card(person, card, "mention.reopen")
    found = neighbours.office.letters_to(JUNIA[1])
    assert [(text in letter.text, letter.answers) for letter in found] == [(True, neighbours.letter)], found
    print(
        f"{person.handle} answered a letter; in the customer's mailbox lies one from {found[0].sender}: {found[0].subject}"
    )


def carry(person: Person, card: Json) -> None:
    """At a place that takes none: the person copies the answer there, and says so."""
    write(person, card, f"I am sorry about that. I work for Simmerwick, and I have looked into it. {_name(person)}")
    await_card(person, card, "mention.answer_elsewhere")
    person.click(card["channel"], card["ts"], "mention.answer_elsewhere")
    dialog = person.expect_modal(callback_id="mention.answer_elsewhere", within=PATIENCE)
    fill(person, dialog, {"elsewhere.link": "https://places.example/answer"})
    await_card(person, card, "mention.reopen")
    print(f"{person.handle} wrote an answer, carried it to the source and marked it as answered there.")


def ask_for_approval(trainee: Person, approver: Person, card: Json) -> None:
    """What somebody new writes stays here until a colleague lets it go."""
    text = "I am sorry about that. I work for Simmerwick and will find out today what happened. Fitz"
    write(trainee, card, text)
    asked = expect_direct(approver, "asks for your approval")
    assert "#answer-" not in str(_now(trainee, card)), "the answer went out before anybody approved it"
    approver.click(asked["channel"], asked["ts"], "approval.approve")
    await_card(trainee, card, "mention.reopen")
    link = _read_at_the_place(trainee, card, text)
    print(f"{trainee.handle} is new: the answer waited until {approver.handle} approved it, and stands at {link}.")


def undo(person: Person, card: Json) -> None:
    choose(person, card, "let_stand")
    dialog = person.expect_modal(callback_id="mention.let_stand", within=PATIENCE)
    fill(person, dialog, {"decision.preset": "other", "decision.reason": "It needs no answer."})
    await_card(person, card, "mention.undo")
    person.click(card["channel"], card["ts"], "mention.undo")
    await_card(person, card, CLAIM)
    print(f"{person.handle} let one stand, saw that it was the wrong one, and undid it: it is open again.")


def link_issue(person: Person, card: Json, key: str, title: str) -> None:
    note_issue(person, card, key, title)
    print(f"{person.handle} linked a mention to {key}, “{title}”: /mentions issues counts who waits for it.")


def note_issue(person: Person, card: Json, key: str, title: str) -> None:
    choose(person, card, "issue")
    dialog = person.expect_modal(callback_id="issue", within=PATIENCE)
    fill(person, dialog, {"issue.key": key, "issue.title": title})
    _until(lambda: key in visible_text(_now(person, card)))


def escalate(person: Person, card: Json, *rota: Person) -> None:
    """Whoever of the rota is on call is asked in a direct message, and says that they are on it."""
    person.click(card["channel"], card["ts"], "mention.escalate")
    dialog = person.expect_modal(callback_id="mention.escalate", within=PATIENCE)
    fill(person, dialog, {"escalate.reason": "Somebody may get hurt, and I need an engineer."})
    called, asked = _until(
        lambda: next(((each, found) for each in rota if (found := _direct(each, "You are on call"))), None)
    )
    called.click(asked["channel"], asked["ts"], "mention.acknowledge")
    _until(lambda: "is on it" in visible_text(_now(person, card)))
    print(f"{person.handle} escalated one: {called.handle} is on call, was told in a direct message, and is on it.")


def come_back(person: Person, card: Json) -> None:
    """The customer writes again under the post that was answered: the same card opens again, with what is new."""
    link = next(link for link in _links(_now(person, card)) if "#answer-" in link)
    place, _, post = link.partition("#")[0].rpartition("/")
    author = re.search(r"\((\w+)\) on\b", visible_text(card).replace("\n", " "))
    assert author, f"no author's handle in {visible_text(card)}"
    written = {"author_name": author[1], "text": "Thank you. It has not arrived, though.", "reply_to": post}
    assert httpx.post(place, data=written, trust_env=False).status_code == httpx.codes.SEE_OTHER
    _until(lambda: "They wrote again" in visible_text(_now(person, card)))
    print(f"{author[1]} wrote again, and the answered card is back with it.")


def subscribe(person: Person) -> None:
    person.command("/mentions subscribe", "#product-feedback")
    dialog = person.expect_modal(callback_id="subscription.new", within=PATIENCE)
    fill(person, dialog, {"subscribe.topics": ["feature_request"]})
    person.expect_message("#product-feedback", containing="now gets a copy", within=PATIENCE)
    print(f"{person.handle} subscribed #product-feedback to feature requests.")


def open_home(person: Person) -> None:
    person.open_home()
    person.expect_home(containing="nclaimed", within=PATIENCE)
    print(f"{person.handle}'s Home shows what is mine, due soon and unclaimed.")


def report(manager: Person) -> None:
    manager.command("/engagement-report 7d", "#leads")
    told = manager.expect_message("#leads", containing="direct message", within=PATIENCE)
    print(f"{manager.handle} asked for the engagement report: {_first_line(manager, told)}")


def save_reply(person: Person, *, title: str, text: str, department: str = "") -> None:
    """Through `/mentions replies`, as anybody with the role would."""
    person.command("/mentions replies", "#leads")
    shelf = person.expect_modal(callback_id="replies", within=PATIENCE)
    person.click_in_view(shelf["id"], "reply.new")
    form = person.expect_modal(callback_id="reply.save", within=PATIENCE)
    whose = {"reply.department": department} if department else {}
    fill(person, form, {"reply.title": title, "reply.text": text, **whose})
    person.close(shelf["id"], whole_stack=True)


def write(person: Person, card: Json, text: str) -> None:
    person.click(card["channel"], card["ts"], "mention.answer")
    dialog = person.expect_modal(callback_id="mention.answer", within=PATIENCE)
    fill(person, dialog, {"answer.text": text})


def choose(person: Person, card: Json, what: str) -> None:
    """An entry of the card's menu."""

    def look() -> str:
        options = [option["value"] for menu in _elements(_now(person, card), MENU) for option in menu["options"]]
        return next((value for value in options if value.startswith(f"{what}:")), "")

    value = _until(look, lambda: f"no {what} in the menu of {visible_text(_now(person, card))}")
    person.choose(card["channel"], card["ts"], MENU, value)


def fill(person: Person, dialog: Json, values: Mapping[str, Any]) -> None:
    """Submit a dialog whose inputs are called as their blocks are."""
    errors = person.submit(dialog["id"], {name: {name: value} for name, value in values.items()})
    assert not errors, errors


def expect_direct(person: Person, containing: str) -> Json:
    """The app's newest direct message with these words."""
    found: Json = _until(lambda: _direct(person, containing), lambda: f"{person.handle} was not told: {containing}")
    return found


def _direct(person: Person, containing: str) -> Json | None:
    rooms = [each["id"] for each in person.channels() if each["is_im"]]
    told = [message for room in rooms for message in person.messages(room) if containing in visible_text(message)]
    return max(told, key=lambda message: str(message["ts"]), default=None)


def await_card(person: Person, card: Json, action_id: str) -> None:
    """Wait until the card shows this button."""
    _until(
        lambda: has_action(_now(person, card), action_id), lambda: f"no {action_id}: {visible_text(_now(person, card))}"
    )


def _until(look: Callable[[], Any], otherwise: Callable[[], str] = lambda: "it did not come") -> Any:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)
    return found


def _lines_of_modal(person: Person, *words: str) -> list[str]:
    """The lines of the dialog with these words, in this order, once all are there."""

    def look() -> list[str]:
        lines = visible_text(person.modals()[-1]).splitlines()
        found = [next((line.strip() for line in lines if word in line), "") for word in words]
        return found if all(found) else []

    found: list[str] = _until(look, lambda: visible_text(person.modals()[-1]))
    return found


def _elements(message: Mapping[str, Any], action_id: str) -> list[Json]:
    rows = (block.get("elements") or [] for block in message.get("blocks") or [])
    return [each for row in rows for each in row if each.get("action_id") == action_id]


def _now(person: Person, card: Mapping[str, Any]) -> Json:
    return next(message for message in person.messages(card["channel"]) if message["ts"] == card["ts"])


def _first_line(reader: Person, message: Json) -> str:
    """As it is read on the screen: names and times in place of Slack's codes for them."""
    names: dict[str, str] = {user["id"]: user["name"] for user in reader.get("/ui/workspace")["users"]}
    line = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", visible_text(message).splitlines()[0])
    return re.sub(r"<@(\w+)>", lambda found: names.get(found[1], found[1]), line)


def _name(person: Person) -> str:
    return person.handle.capitalize()


def _read_at_the_place(person: Person, card: Json, text: str) -> str:
    """Open the link on the card, as anybody would; the link."""
    link = next(link for link in _links(_now(person, card)) if "#answer-" in link)
    page = httpx.get(link, trust_env=False).text
    assert page.count(escape(text)) == 1, f"the answer is not (once) on {link}"
    return link


def _links(shown: Any) -> list[str]:
    """Every address in a message, wherever it stands."""
    if isinstance(shown, Mapping):
        own = [shown["url"]] if isinstance(shown.get("url"), str) else []
        return own + [link for value in shown.values() for link in _links(value)]
    return [link for each in shown for link in _links(each)] if isinstance(shown, list) else []
