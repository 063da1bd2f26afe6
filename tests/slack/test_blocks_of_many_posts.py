"""Repeats, linked accounts, sources and what the report says of them, each filled with the longest and worst."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.person import Account, KnownAccount, Links, Voiced, Voices
from bot.domain.repeat import Repeat
from bot.domain.source_health import Trouble, Unheard
from bot.domain.stance import Stance, StanceKind
from bot.flow.repeats import PAGE
from bot.slack.blocks.bulletins import bulletin_message
from bot.slack.blocks.links import links_modal
from bot.slack.blocks.message import Message
from bot.slack.blocks.repeats import repeats_modal
from bot.slack.blocks.sources import MOST, sources_message, unheard_in_report
from bot.slack.blocks.stances import voices_blocks
from tests.slack.examples import HOUR, NOW, a_card
from tests.slack.limits import faults_of_message, faults_of_view, said
from tests.slack.test_blocks_at_their_limits import LONG, NASTY_MENTION
from tests.slack.test_blocks_sources import line

AGAIN = Repeat(
    mention_id=2**53, source=LONG[:300], author=LONG[:300], text=LONG, url=f"https://evil.example/{'a' * 3_000}", at=NOW,
    reach=2**53, detractor=0.999, urgent=True, withdrawn=True,
)  # fmt: skip
ACCOUNT = KnownAccount(
    account=Account(source=LONG[:300], author=LONG[:300]), source_title=LONG[:300], name=LONG[:300], total=2**53,
    mention_id=2**53, linked_by="U0BO", linked_at=NOW,
)  # fmt: skip


def test_a_full_page_of_repeats_fits_and_nothing_in_them_is_markup() -> None:
    card = a_card(mention=NASTY_MENTION)
    view = repeats_modal(card, (AGAIN,) * PAGE, first=PAGE, total=10_000, size=PAGE, note="✅ Done.")
    assert not faults_of_view(view)
    assert f"{PAGE + 1}–{2 * PAGE} of 10,000" in said(view)


def test_hundreds_of_linked_accounts_fit_and_the_rest_is_counted() -> None:
    accounts = tuple(replace(ACCOUNT, mention_id=number) for number in range(300))
    sources = tuple((f"{number} {LONG[:120]}", LONG[:300]) for number in range(300))
    view = links_modal(Links(own=ACCOUNT, linked=accounts, suggested=accounts[:10], sources=sources), note="✅ Linked.")
    assert not faults_of_view(view)
    assert "more accounts" in said(view)


@pytest.mark.parametrize("troubles", [*([each] for each in Trouble), list(Trouble)], ids=" ".join)
def test_every_trouble_of_a_source_is_told_within_the_limits(troubles: list[Trouble]) -> None:
    body = {"source": LONG[:300], "troubles": " ".join(troubles), "problem": LONG}
    assert not faults_of_message(bulletin_message(body | dict.fromkeys(troubles, NOW.isoformat())))
    over = {"source": LONG[:300], "was": " ".join(troubles), "over": NOW.isoformat(), "since": NOW.isoformat()}
    assert not faults_of_message(bulletin_message(over))


def test_the_list_of_sources_and_the_report_take_the_worst_names() -> None:
    bad = line(LONG[:300], problem=LONG, state="failing for 3 h", well=False, last_item_at=NOW)
    assert not faults_of_message(sources_message([bad] * 2 * MOST))
    stance = Stance(
        kind=StanceKind.DETRACTOR, posts=900, first_at=NOW - timedelta(days=170), last_at=NOW - HOUR, reach=2**53, strength=9
    )  # fmt: skip
    voice = Voiced(name=LONG[:300], source_title=LONG[:300], accounts=40, stance=stance)
    unheard = [Unheard(source=LONG[:300], begin=NOW, end=None)] * 30
    blocks = [
        *voices_blocks(Voices(detractors=(voice,) * 99, advocates=(voice,) * 99), NOW),
        *unheard_in_report(unheard),
    ]
    assert not faults_of_message(Message("Report", blocks))
    assert "188 more not listed" in said(blocks)
    assert "25 more times" in said(blocks)
