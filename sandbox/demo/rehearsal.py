"""The headless demo: people of the company do their day, and what happened is printed. An AssertionError says what failed."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.person import Person, visible_text
from sandbox.serve import RunningSandbox

START_SECONDS = 120
QUIET_SECONDS = 180
CARD = "mention.claim"


def rehearse(sandbox: RunningSandbox, environment: Mapping[str, str]) -> int:
    """Everything that `make demo` invites to try, once; 0 when all of it worked and every mention is accounted for."""
    maren, dov, hester, teo = (sandbox.person(name) for name in ("maren", "dov", "hester", "teo"))
    claimed = _first_free_card(maren, "#care-billing")
    print("Mentions are arriving; the first free card of #care-billing is there.")
    _claim(maren, dov, claimed)
    _answer(maren, claimed)
    _escalate(dov, _first_free_card(dov, "#care-orders", "#engineering"))
    _subscribe(teo)
    _home(dov)
    ledger = _wait_until_quiet(environment)
    _report(hester)
    return _sum_up(sandbox, ledger)


def _first_free_card(person: Person, *channels: str) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for message in (each for channel in channels for each in person.messages(channel)):
            if _has_action(message, CARD):
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
    channel, ts = card["channel"], card["ts"]
    person.click(channel, ts, "mention.answer")
    dialog = person.expect_modal(callback_id="mention.answer")
    text = "I am sorry about that. I work for Simmerwick, and the second charge goes back to you today. Maren"
    errors = person.submit(dialog["id"], {"answer.text": {"answer.text": text}})
    assert not errors, errors
    _await_card(person, card, "mention.answer_elsewhere")
    person.click(channel, ts, "mention.answer_elsewhere")
    dialog = person.expect_modal(callback_id="mention.answer_elsewhere")
    errors = person.submit(dialog["id"], {"elsewhere.link": {"elsewhere.link": "https://places.example/answer"}})
    assert not errors, errors
    _await_card(person, card, "mention.reopen")
    print(f"{person.handle} wrote an answer, carried it to the source and marked it as answered there.")


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
        f"{ledger['ingested']} ingested = {ledger['posted']} posted + {ledger['filtered']} filtered + "
        f"{ledger['waiting']} waiting + {ledger['failed']} failed; {len(cards)} cards in Slack, {len(twice)} posted twice."
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
