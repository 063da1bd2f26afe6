"""The headless demo: people of the company do their day, and what happened is printed. An AssertionError says what failed."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sandbox.demo import scenes
from sandbox.demo.letters import Neighbours
from sandbox.demo.morning import MUTE, before_you_came
from sandbox.demo.scenes import first_free_card
from sandbox.serve import RunningSandbox

QUIET_SECONDS = 180
CARE = ("#care-billing", "#care-orders", "#triage")
"""Where Maren, Dov and Fitz work. #triage fills first, whatever the model is sure of."""
EVERYWHERE = (*CARE, "#engineering", "#product", "#brand", "#trust-safety")
TAKING = ("Spoonful", "Hob Nob", "The Appery")
"""Places that take answers of any length; Chirrup takes 280 characters, and what is longer stays on the card."""

CLOSED = ("Ask a Pan", "Clipjar", "Two Eggs Late")
"""Places to which people carry answers themselves."""


def rehearse(sandbox: RunningSandbox, environment: Mapping[str, str], neighbours: Neighbours) -> int:
    """Everything that `make demo` invites to try, once; 0 when all of it worked and every mention is accounted for."""
    maren, dov, fitz, ines, priya, hester, teo = map(
        sandbox.person, ("maren", "dov", "fitz", "ines", "priya", "hester", "teo")
    )
    before_you_came(sandbox)
    print(
        "Mentions are arriving. hester wrote saved replies; dov and teo answered one each, and teo linked his to an issue."
    )
    claimed = first_free_card(maren, *CARE, source=TAKING)
    scenes.claim(maren, dov, claimed)
    scenes.hand_over(maren, dov, claimed)
    scenes.answer_after_preflight(dov, claimed)
    scenes.fail_and_change(dov, first_free_card(dov, *CARE, source=("Chirrup",)))
    scenes.carry(maren, first_free_card(maren, *CARE, source=CLOSED))
    scenes.ask_for_approval(fitz, maren, first_free_card(fitz, *CARE, source=TAKING))
    scenes.undo(maren, first_free_card(maren, *CARE))
    scenes.link_issue(teo, first_free_card(teo, "#product", "#triage", saying="eep"), *MUTE)
    scenes.escalate(hester, first_free_card(hester, "#trust-safety"), ines, priya)
    scenes.come_back(dov, claimed)
    scenes.answer_on_the_network(ines, first_free_card(ines, *EVERYWHERE, saying="without its lid"), neighbours)
    scenes.answer_by_mail(maren, first_free_card(maren, *EVERYWHERE, saying="Larder box of November"), neighbours)
    scenes.subscribe(teo)
    scenes.open_home(dov)
    ledger = _wait_until_quiet(environment)
    scenes.report(hester)
    return _sum_up(sandbox, ledger)


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
