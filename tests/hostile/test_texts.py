"""Texts made to break databases or to act as markup, from a source's door over both databases onto the card."""

from itertools import count, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.flow.receive import receive
from bot.slack.blocks.card import card_message, copy_message
from bot.slack.blocks.message import Message
from bot.sources.webhook import WebhookSource
from bot.store.database import Database
from bot.store.schema import MentionRow
from tests.fakes import MovedClock
from tests.hook_sender import SECRET, signed
from tests.hostile.texts import HORRORS
from tests.hostile.trying import tried
from tests.slack.examples import NOW, PERMALINK, a_card, hostile
from tests.slack.limits import faults_of_message, objects
from tests.world import World

HOOK = WebhookSource(name="hook", secrets=(SECRET,))

TEXTS = {
    **HORRORS,
    "five thousand marks": "Z" + "\u0301" * 5_000,
    "nothing but marks": "\u0316" * 5_000,
    "nuls only": "\x00" * 99 + "a",
    "a megabyte of emoji": "👩‍👩‍👧‍👦" * 40_000,
    "directions that never end": "\u202e\u2067\u2066" * 3_000 + "end",
    "a sheet's formula": "=cmd|' /C calc'!A0",
    "a query": "'; DROP TABLE mentions; --",
    "a template": "${jndi:ldap://x.example/a} {{7*7}} %s %n {0.__class__}",
}


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_goes_from_its_place_to_a_sound_card(database: Database, clock: MovedClock, name: str) -> None:
    text = TEXTS[name]
    world = World(database, clock)
    post = {"id": text[:400], "text": text, "title": text[:9_000], "author": {"handle": text, "name": text}}
    sent = signed({**post, "parent": text, "url": f"https://x.example/{text[:50]}", "media": [text]}, clock())
    assert receive(world.db, HOOK, sent.headers, sent.body, clock).added.new == 1
    world.think()
    assert faults_of_message(card_message(world.card(), now=clock())) == []


ANYTHING = st.text(st.characters(codec=None) | st.sampled_from("\0\ud800\u0301\u202e<>&*_`"), max_size=200) | hostile
"""Also what is no text at all: NUL, lone surrogates."""

NUMBERS = count(1)


@tried(15)
@given(text=ANYTHING, times=st.sampled_from([1, 1, 1, 1, 1, 30, 900]))
def test_whatever_comes_is_a_row_and_a_sound_card(database: Database, clock: MovedClock, text: str, times: int) -> None:
    world, said = World(database, clock), f"x{text * times}"
    post = {"id": f"post {next(NUMBERS)}", "text": said, "title": said, "author": {"handle": said, "name": said}}
    sent = signed({**post, "parent": said, "media": [said]}, clock())
    assert receive(world.db, HOOK, sent.headers, sent.body, clock).added.new == 1
    world.think()
    with database.read() as session:
        card = world.card(int(session.scalar(select(func.max(MentionRow.id))) or 0))
    for message in (card_message(card, now=clock()), copy_message(card, PERMALINK)):
        assert faults_of_message(message) == []


OPENERS = ("<!channel>", "<!here>", "<!everyone|x>", "<@U0ANA>", "<@U0ANA|boss>", "<#C0CARE>", "<#C0CARE|care>",
           "<!subteam^S0CARE>", "<!date^1^{date}^https://evil.example|now>", "<https://evil.example|bank.example>",
           "<mailto:a@b.example|you>", "<javascript:alert(1)|x>", "@here", "@channel", "&lt;!channel&gt;", "<<!channel>>",
           "<! channel>", "＜!channel＞", "`<!here>`", "```\n<!here>\n```")  # fmt: skip
WRAPPERS = ("{}", "a {} b", "*{}*", "_{}_", "~{}~", "> {}", "\u202e{}", "{0}{0}", "`{}", "|{}>")
ATTACKS = [wrapper.format(opener) for opener, wrapper in product(OPENERS, WRAPPERS)]

CALLS = frozenset({"user", "usergroup", "broadcast", "channel"})
"""Elements of rich text that call somebody."""


def shown(**fields: str) -> list[Message]:
    """A card and its copy with these words in the mention."""
    card = a_card(mention=fields)
    return [card_message(card, now=NOW), copy_message(card, PERMALINK)]


def acting(text: str) -> list[str]:
    """What of a card with this text everywhere would act in a client; nothing in a sound one."""
    faults: list[str] = []
    fields = dict.fromkeys(("text", "title", "author", "author_name", "parent"), text)
    for message, harmless in zip(shown(**fields), shown(text="x"), strict=True):
        faults += faults_of_message(message)
        faults += sorted(calls(message) - calls(harmless))
        faults += [one["url"] for one in objects(message.blocks) if "evil" in one.get("url", "")]
    return faults


def calls(message: Message) -> set[str]:
    return {one["type"] for one in objects(message.blocks) if one.get("type") in CALLS}


def test_there_are_two_hundred() -> None:
    assert len(set(ATTACKS)) == 200


@pytest.mark.parametrize("opener", OPENERS)
def test_nothing_that_a_customer_writes_acts_on_a_card(opener: str) -> None:
    for wrapper in WRAPPERS:
        assert acting(wrapper.format(opener)) == []


@tried(200)
@given(text=hostile.filter(str.strip), around=st.sampled_from(ATTACKS))
def test_no_mixture_of_them_does(text: str, around: str) -> None:
    assert acting(f"{text}{around}{text}") == []
