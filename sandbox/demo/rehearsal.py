"""The headless demo: people of the company do their day, and what happened is printed. An AssertionError says what failed."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import httpx

from sandbox.person import Person, visible_text
from sandbox.serve import RunningSandbox

START_SECONDS = 120
QUIET_SECONDS = 180
CARD = "mention.claim"
CARE = ("#care-billing", "#care-orders", "#triage")
"""Where Maren and Dov work. #triage fills first, whatever the model is sure of."""
TAKING = ("Spoonful", "Hob Nob", "The Appery")
"""Places that take answers of any length; Chirrup takes 280 characters, and what is longer stays on the card."""

CLOSED = ("Ask a Pan", "Clipjar", "Two Eggs Late")
"""Places to which people carry answers themselves."""


def rehearse(sandbox: RunningSandbox, environment: Mapping[str, str]) -> int:
    """Everything that `make demo` invites to try, once; 0 when all of it worked and every mention is accounted for."""
    maren, dov, hester, teo = (sandbox.person(name) for name in ("maren", "dov", "hester", "teo"))
    claimed = _first_free_card(maren, *CARE, source=TAKING)
    print("Mentions are arriving; the first free card from a place that takes answers is there.")
    _claim(maren, dov, claimed)
    _answer(maren, claimed)
    _fail_and_change(dov, _first_free_card(dov, *CARE, source=("Chirrup",)))
    _carry(maren, _first_free_card(maren, *CARE, source=CLOSED))
    _escalate(dov, _first_free_card(dov, "#care-orders", "#engineering"))
    _subscribe(teo)
    _home(dov)
    ledger = _wait_until_quiet(environment)
    _report(hester)
    return _sum_up(sandbox, ledger)


def _first_free_card(person: Person, *channels: str, source: Sequence[str] = ("",)) -> dict[str, Any]:
    """A card that nobody has, from one of these sources where they are named."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for message in (each for channel in channels for each in person.messages(channel)):
            if _has_action(message, CARD) and any(f" on {each}" in visible_text(message) for each in source):
                return message
        time.sleep(0.2)
    raise AssertionError(f"no free card in {' or '.join(channels)} within {START_SECONDS} s")


def _has_action(message: Mapping[str, Any], action_id: str) -> bool:
    return any(
        element.get("action_id") == action_id
        for block in message.get("blocks") or []
        for element in block.get("elements") or []
    )


def _claim(owner: Person, rival: Person, card: Mapping[str, Any]) -> None:
    channel, ts = card["channel"], card["ts"]
    owner.click(channel, ts, CARD)
    _await_card(owner, card, "mention.answer")
    rival.click(channel, ts, CARD) if _has_action(_now(rival, card), CARD) else rival.click(
        channel, ts, "mention.answer"
    )
    told = rival.expect_message(channel, containing=" since ")
    print(f"{owner.handle} claimed it; {rival.handle} tried too and was told: {visible_text(told).splitlines()[0]}")


def _answer(person: Person, card: Mapping[str, Any]) -> None:
    """At a place that takes answers: Earshot sends it, and everybody can read it there."""
    text = "I am sorry about that. I work for Simmerwick, and what went wrong is put right today. Maren"
    _write(person, card, text)
    _await_card(person, card, "mention.reopen")
    link = _read_at_the_place(person, card, text)
    print(f"{person.handle} wrote an answer; it was sent, and it stands at {link}.")


def _fail_and_change(person: Person, card: Mapping[str, Any]) -> None:
    """At a place that takes 280 characters: too long an answer comes back with the reason, a shorter one goes."""
    _write(person, card, "I am sorry about that, and I will tell you how it came to be. " * 6)
    _await_card(person, card, "mention.retry_reply")
    reason = min((line for line in visible_text(_now(person, card)).splitlines() if "280 characters" in line), key=len)
    text = "I am sorry about that. I work for Simmerwick and am on it. Dov"
    _write(person, card, text)
    _await_card(person, card, "mention.reopen")
    link = _read_at_the_place(person, card, text)
    print(f"{person.handle} wrote too much and was told: {reason.strip()} The shorter one stands at {link}.")


def _carry(person: Person, card: Mapping[str, Any]) -> None:
    """At a place that takes none: the person copies the answer there, and says so."""
    channel, ts = card["channel"], card["ts"]
    _write(person, card, "I am sorry about that. I work for Simmerwick, and I have looked into it. Maren")
    _await_card(person, card, "mention.answer_elsewhere")
    person.click(channel, ts, "mention.answer_elsewhere")
    dialog = person.expect_modal(callback_id="mention.answer_elsewhere")
    errors = person.submit(dialog["id"], {"elsewhere.link": {"elsewhere.link": "https://places.example/answer"}})
    assert not errors, errors
    _await_card(person, card, "mention.reopen")
    print(f"{person.handle} wrote an answer, carried it to the source and marked it as answered there.")


def _write(person: Person, card: Mapping[str, Any], text: str) -> None:
    person.click(card["channel"], card["ts"], "mention.answer")
    dialog = person.expect_modal(callback_id="mention.answer")
    errors = person.submit(dialog["id"], {"answer.text": {"answer.text": text}})
    assert not errors, errors


def _read_at_the_place(person: Person, card: Mapping[str, Any], text: str) -> str:
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


def _escalate(person: Person, card: Mapping[str, Any]) -> None:
    person.click(card["channel"], card["ts"], "mention.escalate")
    dialog = person.expect_modal(callback_id="mention.escalate")
    reason = "The carrier does not pick up the phone."
    errors = person.submit(dialog["id"], {"escalate.reason": {"escalate.reason": reason}})
    assert not errors, errors
    notice = person.expect_message(card["channel"], containing=reason, within=20)
    print(f"{person.handle} escalated one: {visible_text(notice).splitlines()[0]}")


def _subscribe(person: Person) -> None:
    person.command("/mentions subscribe", "#product-feedback")
    dialog = person.expect_modal(callback_id="subscription.new")
    errors = person.submit(dialog["id"], {"subscribe.topics": {"subscribe.topics": ["feature_request"]}})
    assert not errors, errors
    person.expect_message("#product-feedback", containing="now gets a copy")
    print(f"{person.handle} subscribed #product-feedback to feature requests.")


def _home(person: Person) -> None:
    person.open_home()
    person.expect_home(containing="nclaimed")
    print(f"{person.handle}'s Home shows what is mine, due soon and unclaimed.")


def _report(manager: Person) -> None:
    manager.command("/engagement-report 7d", "#leads")
    told = manager.expect_message("#leads", containing="direct message", within=20)
    print(f"{manager.handle} asked for the engagement report: {visible_text(told).splitlines()[0]}")


def _wait_until_quiet(environment: Mapping[str, str]) -> dict[str, Any]:
    """The ledger once nothing is on its way any more."""
    deadline = time.monotonic() + QUIET_SECONDS
    while True:
        ledger = _ledger(environment)
        if ledger["waiting"] == 0 and ledger["ingested"] > 0:
            return ledger
        assert time.monotonic() < deadline, f"mentions still on their way after {QUIET_SECONDS} s: {ledger}"
        time.sleep(2)


def _ledger(environment: Mapping[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bot", "ledger", "--json"]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _now(person: Person, card: Mapping[str, Any]) -> dict[str, Any]:
    return next(message for message in person.messages(card["channel"]) if message["ts"] == card["ts"])


def _await_card(person: Person, card: Mapping[str, Any], action_id: str) -> None:
    deadline = time.monotonic() + 10
    while not _has_action(_now(person, card), action_id):
        assert time.monotonic() < deadline, f"the card shows no {action_id}: {visible_text(_now(person, card))}"
        time.sleep(0.05)


def _sum_up(sandbox: RunningSandbox, ledger: Mapping[str, Any]) -> int:
    cards = _cards(sandbox)
    twice = [mention for mention, count in cards.items() if count > 1]
    print(
        f"{ledger['ingested']} ingested = {ledger['posted']} posted + {ledger['folded']} folded + "
        f"{ledger['filtered']} filtered + {ledger['waiting']} waiting + {ledger['failed']} failed; "
        f"{len(cards)} cards in Slack, {len(twice)} posted twice."
    )
    assert ledger["balanced"], "the ledger does not balance"
    assert not twice, f"posted twice: {twice}"
    assert ledger["failed"] == 0, "some messages could not be posted: `earshot failed` lists them"
    print("The rehearsal is over: everything worked.")
    return 0


def _cards(sandbox: RunningSandbox) -> "Counter[str]":
    """How often each delivery stands in the workspace, by the id in its metadata."""

    def count(each: Any) -> "Counter[str]":
        found: Counter[str] = Counter()
        for channel in each.state.channels.values():
            for message in each.state.timeline(channel.id):
                payload = (message.metadata or {}).get("event_payload", {})
                if payload.get("delivery_id"):
                    found[payload["delivery_id"]] += 1
        return found

    return sandbox.within(count)
