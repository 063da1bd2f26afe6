"""What Simmerwick's people did before you came: through Slack's dialogs, as they would, so that there is something to find."""

import sys

from sandbox.demo import scenes
from sandbox.demo.scenes import first_free_card
from sandbox.person import Json, NotPossible, Person
from sandbox.serve import RunningSandbox

MUTE = ("SIM-42", "An off switch for the Pip's beep")
"""The wish of the story, as Teo calls it in the issue tracker: key and title."""

REPLIES = (
    {
        "title": "We look into it",
        "text": "Dear {author}, I am sorry. I am {agent} and work for {company}. I am looking into it now and will "
        "write here again today.",
    },
    {
        "title": "Money back",
        "department": "billing",
        "text": "Dear {author}, I am sorry: that money was not ours to take. {agent} from {company} here. It goes back "
        "to you today, and I will write when it has left us.",
    },
    {
        "title": "Where the parcel is",
        "department": "orders",
        "text": "Dear {author}, I am sorry that it is not with you. I am {agent} and work for {company}. I have asked "
        "the driver, and will tell you here where it is.",
    },
)
ASKED_TWICE = "STILL waiting"
SORRY = (
    "I am sorry that you had to ask twice, Dee. I am Dov and work for Simmerwick. The second payment of £9.50 went back to you "
    "this morning, and I will look on Thursday whether it has arrived."
)
WISHED = "Make. The. Beep. Optional."
BETA = (
    "I am sorry about the mornings. I am Teo and work for Simmerwick. The off switch for the beep is in the 4.1 beta, "
    "which anybody can join in the app under Settings, Try new things."
)


def before_you_came(sandbox: RunningSandbox) -> None:
    """Saved replies, and two answers that drafts for others begin with. AssertionError where it does not work."""
    hester, dov, teo = (sandbox.person(name) for name in ("hester", "dov", "teo"))
    wish = first_free_card(teo, "#product", "#triage", saying=WISHED)  # before it the bot may not be there to be asked
    for reply in REPLIES:
        scenes.save_reply(hester, **reply)
    scenes.note_issue(teo, wish, *MUTE)
    _answer(teo, wish, BETA)
    _answer(dov, first_free_card(dov, "#care-billing", "#triage", saying=ASKED_TWICE), SORRY)


def _answer(person: Person, card: Json, text: str) -> None:
    scenes.write(person, card, text)
    scenes.await_card(person, card, "mention.reopen")


def try_before_you_came(sandbox: RunningSandbox) -> None:
    """The same beside a visitor, who may click in between: what fails is told and harms nothing."""
    try:
        before_you_came(sandbox)
    except (AssertionError, NotPossible) as fault:
        print(f"  The company's morning did not go as planned: {fault}", file=sys.stderr, flush=True)
