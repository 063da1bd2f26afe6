"""Dialogs, Home, commands and shortcuts: where a person and the app talk."""

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from sandbox.serve import RunningSandbox
from tests.sandbox_page import kitchen
from tests.sandbox_page.bot import Bot
from tests.sandbox_page.conftest import Open, wait_until

pytestmark = pytest.mark.browser


def open_answer(web: WebClient, open_page: Open) -> Page:
    web.chat_postMessage(channel="#billing", text="A card", blocks=kitchen.CARD)
    page = open_page(path="&channel=billing")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("dialog", name="Answer Nell Frost")).to_be_visible()
    return page


def test_a_form_is_refused_with_words_then_taken(bot: Bot, web: WebClient, open_page: Open) -> None:
    page = open_answer(web, open_page)
    field = page.get_by_label("Your answer")
    expect(field).to_be_focused()
    send = page.get_by_role("button", name="Send answer")
    send.click()
    expect(page.locator(".input-error")).to_have_text("Please complete this required field.")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("No")
    send.click()
    expect(page.locator(".input-error")).to_have_text("Say sorry first.")
    expect(field).to_have_value("No")
    expect(field).to_be_focused()
    field.fill("We are sorry.")
    page.get_by_role("combobox", name="Tone").click()
    page.get_by_role("option", name="Warm").click()
    page.get_by_role("combobox", name="In copy").click()
    page.get_by_role("option", name="Mia Lund").click()
    page.get_by_role("option", name="Ben Okafor").click()
    page.keyboard.press("Escape")
    send.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    values = bot.told[-1]["view"]["state"]["values"]
    assert values["text"]["it"]["value"] == "We are sorry."
    assert values["tone"]["it"]["selected_option"]["value"] == "warm"
    assert len(values["who"]["it"]["selected_users"]) == 2


def test_what_was_typed_survives_an_update_of_the_view(bot: Bot, web: WebClient, open_page: Open) -> None:
    page = open_answer(web, open_page)
    field = page.get_by_label("Your answer")
    field.fill("Half a sentence")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Preview drawn")).to_be_visible()
    expect(field).to_have_value("Half a sentence")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()
    page.reload()
    expect(page.get_by_role("dialog", name="Answer Nell Frost")).to_be_visible()


def test_a_dialog_holds_the_focus_and_esc_closes_it(bot: Bot, web: WebClient, open_page: Open) -> None:
    page = open_answer(web, open_page)
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('.modal').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    wait_until(lambda: any("closed" in told for told in bot.told))
    expect(page.get_by_role("button", name="Answer")).to_be_focused()


def test_a_pushed_view_goes_back_to_what_was_typed(bot: Bot, web: WebClient, open_page: Open) -> None:
    page = open_answer(web, open_page)
    page.get_by_label("Your answer").fill("Half")
    page.get_by_role("button", name="Help").click()
    help_view = page.get_by_role("dialog", name="How to say sorry")
    expect(help_view).to_be_visible()
    help_view.get_by_role("button", name="Back").first.click()
    expect(page.get_by_label("Your answer")).to_have_value("Half")
    page.get_by_role("button", name="Help").click()
    help_view.get_by_label("Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_form_that_the_bot_does_not_take_says_so(
    sandbox: RunningSandbox, bot: Bot, web: WebClient, open_page: Open
) -> None:
    page = open_answer(web, open_page)
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_role("button", name="Understood")).to_be_visible()
    sandbox.sandbox.delivery._ack_seconds = 3.0
    page.get_by_role("button", name="Understood").click()
    expect(page.locator(".modal-body")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".modal .alert-error")).to_contain_text("We had some trouble")
    expect(page.get_by_role("button", name="Understood")).to_be_enabled()


def test_every_input_gives_its_value(bot: Bot, sandbox: RunningSandbox, open_page: Open) -> None:
    page = open_page(path="&view=home")
    page.get_by_role("button", name="Open", exact=True).click()
    form = page.get_by_role("dialog", name="Every input")
    form.get_by_label("A line").fill("words")
    form.get_by_label("Email").fill("a@example.org")
    form.get_by_label("Address").fill("https://example.org")
    form.get_by_label("Number").fill("7")
    form.get_by_role("textbox", name="Rich text").click()
    page.keyboard.type("plain ")
    form.get_by_label("Bold").click()
    page.keyboard.type("bold")
    form.get_by_label("Day").fill("2026-12-01")
    form.get_by_label("Time").fill("08:15")
    form.get_by_label("Moment").fill("2026-12-01T08:15")
    for name, option in (("One", "Green"), ("Channel", "billing")):
        form.get_by_role("combobox", name=name, exact=True).click()
        page.get_by_role("option", name=option, exact=True).click()
    form.get_by_role("combobox", name="Some", exact=True).click()
    page.get_by_role("option", name="Blue").click()
    page.keyboard.press("Escape")
    expect(form).to_be_visible()
    form.get_by_label("Files").set_input_files(
        {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"charged twice"}
    )
    expect(form.locator(".file-list")).to_have_text("bill.txt")
    form.get_by_label("B", exact=True).check()
    form.get_by_label("No", exact=True).check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    values = {block: state["it"] for block, state in bot.told[-1]["view"]["state"]["values"].items()}
    assert [values[name]["value"] for name in ("line", "mail", "url", "number")] == [
        "words",
        "a@example.org",
        "https://example.org",
        "7",
    ]
    section = values["rich"]["rich_text_value"]["elements"][0]["elements"]
    assert [(piece["text"], piece.get("style")) for piece in section] == [("plain ", None), ("bold", {"bold": True})]
    assert (values["day"]["selected_date"], values["time"]["selected_time"]) == ("2026-12-01", "08:15")
    assert values["moment"]["selected_date_time"] == 1796112900
    assert values["static"]["selected_option"]["value"] == "green"
    assert [option["value"] for option in values["many"]["selected_options"]] == ["blue"]
    assert [file["name"] for file in values["files"]["files"]] == ["bill.txt"]
    assert values["room"]["selected_conversation"].startswith("C")
    assert [option["value"] for option in values["boxes"]["selected_options"]] == ["b"]
    assert values["radio"]["selected_option"]["value"] == "no"


def test_home_is_drawn_for_who_opens_it_and_its_buttons_work(bot: Bot, open_page: Open) -> None:
    page = open_page()
    page.locator(".side-row", has_text="Earshot").click()
    expect(page.get_by_text("Good morning, Ana")).to_be_visible()
    expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_text("Here they are.")).to_be_visible()
    page.get_by_role("tab", name="Messages").click()
    expect(page.get_by_label("Message Earshot")).to_be_visible()


def test_commands_are_completed_answered_and_refused(sandbox: RunningSandbox, bot: Bot, open_page: Open) -> None:
    page = open_page(path="&channel=billing")
    field = page.get_by_label("Message #billing")
    field.fill("/m")
    suggestion = page.get_by_role("option", name="/mentions")
    expect(suggestion).to_contain_text("subscribe | list | unsubscribe")
    page.keyboard.press("Tab")
    expect(field).to_have_value("/mentions ")
    expect(page.locator(".command-hint")).to_have_text("/mentions subscribe | list | unsubscribe")
    page.keyboard.type("list")
    page.keyboard.press("Enter")
    expect(page.locator(".message.ephemeral").last).to_contain_text("You said list")
    sandbox.sandbox.delivery._ack_seconds = 0.3
    for text, words in (
        ("/nosuch", "is not a valid command"),
        ("/silent", 'failed with the error "operation_timeout"'),
    ):
        field.fill(text)
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        expect(page.locator(".message.ephemeral").last).to_contain_text(words)


def test_a_global_shortcut_opens_its_dialog(bot: Bot, open_page: Open) -> None:
    page = open_page(path="&channel=general")
    page.get_by_label("Shortcuts").click()
    page.get_by_role("menuitem", name="New mention").click()
    expect(page.get_by_role("dialog", name="Answer Nell Frost")).to_be_visible()


def test_a_message_shortcut_reaches_the_app(bot: Bot, web: WebClient, open_page: Open) -> None:
    ts = web.chat_postMessage(channel="#general", text="File me")["ts"]
    page = open_page(path="&channel=general")
    row = page.locator(f'[data-ts="{ts}"]')
    row.hover()
    row.get_by_label("More message actions").click()
    page.get_by_role("menuitem", name="File as a mention").click()
    wait_until(lambda: {"filed": ts} in bot.told)
