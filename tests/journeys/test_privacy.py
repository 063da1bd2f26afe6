"""No words of customers, or of people to them, reach a log."""

import logging

import pytest

from bot.errors import GiveUp
from tests.journeys.office import Office, fill, until

SECRETS = ("zanzibar", "quetzal", "marmalade", "obsidian", "tamarind", "Pellworm")
"""Words that stand only in posts, names, answers and reasons."""


def everything_in(record: logging.LogRecord) -> str:
    return f"{record.getMessage()} {record.args} {vars(record)} {record.exc_info}"


def test_no_customer_text_reaches_a_log_record(own_office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office = own_office
    ana = office.person("ana")
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="bot")
    office.publish("chirrup", "billing awful, zanzibar", author_name="Pellworm")
    office.card("zanzibar")
    office.forum.trouble.append(GiveUp("locked"))
    office.hears("billing awful, quetzal", source="forum", author_name="Pellworm")
    office.hears("unreadable quetzal", author_name="Pellworm")
    card = office.card("quetzal")
    dialog = card.dialog(ana, "answer")
    ana.click_in_view(dialog["id"], "answer.text", "marmal")
    office.fault(method="chat.postMessage", effect="status", status=503, times=1)
    office.fault(method="chat.update", effect="error", error="invalid_blocks", times=1)
    assert not fill(ana, dialog, answer__text="marmalade for you")
    until(lambda: "reply_failed" in [event.what for event in office.log(card)], "the failure")
    other = office.card("zanzibar")
    assert not fill(ana, other.dialog(ana, "escalate"), escalate__reason="obsidian")
    assert not fill(
        ana, other.dialog(ana, "let_stand", menu=True), decision__preset="other", decision__reason="tamarind"
    )
    other.shows("Let stand")
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"bot"}, "the bot does log"
    told = "\n".join(everything_in(record) for record in caplog.records)
    assert "mention" in told
    assert [word for word in (*SECRETS, "marmal") if word in told] == []
    assert office.slack.bot_token not in told
    assert office.slack.app_token not in told
