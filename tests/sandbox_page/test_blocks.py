"""Every block and element that an app can send, drawn and working."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_sdk import WebClient

from sandbox.serve import RunningSandbox
from tests.sandbox_page import kitchen
from tests.sandbox_page.bot import Bot
from tests.sandbox_page.conftest import Open, wait_until

pytestmark = pytest.mark.browser


def post(web: WebClient, blocks: list[dict[str, Any]], channel: str = "#general") -> str:
    return str(web.chat_postMessage(channel=channel, text="blocks", blocks=blocks)["ts"])


def test_every_block_is_drawn(web: WebClient, open_page: Open) -> None:
    blocks = [
        kitchen.CARD,
        kitchen.SELECTS,
        kitchen.CHARTS,
        kitchen.MORE_CHARTS,
        kitchen.TABLES,
        kitchen.TEXTS,
        kitchen.FRAMES,
    ]
    for group in blocks:
        post(web, group)
    page = open_page(path="&channel=general")
    expect(page.locator(".message")).to_have_count(len(blocks))
    expect(page.locator(".unsupported")).to_have_count(0)
    for group in blocks:
        for block in group:
            expect(page.locator(f'.block-{block["type"]}[data-block-id="{block["block_id"]}"]')).to_have_count(1)


def test_an_unknown_block_says_so(open_page: Open) -> None:
    page = open_page(path="&channel=general")
    drawn = page.evaluate(
        """async () => {
            const { renderBlock } = await import('/page/kit/blocks.js');
            const { Surface } = await import('/page/kit/surface.js');
            const surface = new Surface({ kind: 'message', container: {}, directory: {}, transport: {} });
            return [
                renderBlock({ type: 'hologram' }, surface).textContent,
                renderBlock({ type: 'actions', elements: [{ type: 'lever' }] }, surface).textContent,
            ];
        }"""
    )
    assert drawn == ["unsupported block: hologram", "unsupported element: lever"]


def test_frames_fold_and_pictures_say_what_they_show(web: WebClient, open_page: Open) -> None:
    post(web, kitchen.FRAMES)
    page = open_page(path="&channel=general")
    inside = page.get_by_text("What is inside")
    expect(inside).to_be_hidden()
    page.get_by_text("A folder").click()
    expect(inside).to_be_visible()
    expect(page.locator(".plan-head")).to_contain_text("1 of 3 done")
    expect(page.get_by_role("img", name="A kettle that is too hot")).to_be_visible()


def test_long_text_starts_folded(web: WebClient, open_page: Open) -> None:
    words = kitchen.plain("A long story. " * 100)
    post(web, [{"type": "section", "text": words}, {"type": "section", "text": words, "expand": True}])
    page = open_page(path="&channel=general")
    folded, whole = page.locator(".section-text").first, page.locator(".section-text").last
    assert folded.evaluate("n => n.clientHeight") < whole.evaluate("n => n.clientHeight")
    page.get_by_role("button", name="See more").click()
    assert folded.evaluate("n => n.clientHeight") == whole.evaluate("n => n.clientHeight")


def test_charts_have_a_legend_and_their_figures(web: WebClient, open_page: Open) -> None:
    post(web, kitchen.CHARTS)
    page = open_page(path="&channel=general")
    line, pie = page.locator(".chart").first, page.locator(".chart").last
    assert line.locator(".legend li").all_inner_texts() == ["Billing", "Orders"]
    expect(line.locator("polyline")).to_have_count(2)
    expect(line.get_by_role("img")).to_have_attribute(
        "aria-label", "Line chart of Billing, Orders over 3 categories; the figures follow as a table"
    )
    line.get_by_text("Show as table").click()
    assert [row.split() for row in line.locator("tbody tr").all_inner_texts()] == [
        ["Mon", "12", "8"],
        ["Tue", "31", "9"],
        ["Wed", "22", "17"],
    ]
    expect(pie.locator(".pie-slice")).to_have_count(3)
    expect(pie.locator(".legend")).to_contain_text("Answered")
    expect(pie.locator(".legend")).to_contain_text("65 %")


def test_a_data_table_sorts_filters_and_turns_pages(web: WebClient, open_page: Open) -> None:
    post(web, kitchen.TABLES)
    page = open_page(path="&channel=general")
    table = page.locator(".data-table")

    def first() -> list[str]:
        return table.locator("tbody th").all_inner_texts()

    assert first() == ["Billing", "Orders", "Engineering", "Product", "Brand"]
    table.get_by_role("button", name="Mentions").click()
    assert first()[:2] == ["Leads", "Brand"]
    expect(table.locator("th[aria-sort=ascending]")).to_have_text("Mentions")
    table.get_by_role("button", name="Mentions").click()
    assert first()[0] == "Engineering"
    table.get_by_label("Next page").click()
    assert first() == ["Brand", "Leads"]
    table.get_by_label("Filter Time to claim, by department").fill("product")
    assert first() == ["Product"]


def test_a_click_reaches_the_app_once_and_the_card_changes(bot: Bot, web: WebClient, open_page: Open) -> None:
    ts = post(web, kitchen.CARD, "#billing")
    page = open_page(path="&channel=billing")
    page.get_by_role("button", name="Claim", exact=True).dblclick()
    expect(page.get_by_role("button", name="Release")).not_to_have_attribute("aria-busy", "true")
    assert [(action["value"], action["block_id"]) for action in bot.actions("claim")] == [("17", "desk")]
    assert page.locator(f'[data-ts="{ts}"]').count() == 1


def test_the_focus_stays_on_a_card_that_changes(bot: Bot, web: WebClient, open_page: Open) -> None:
    post(web, kitchen.CARD, "#billing")
    page = open_page(path="&channel=billing")
    page.get_by_role("button", name="Claim", exact=True).press("Enter")
    release = page.get_by_role("button", name="Release")
    expect(release).to_be_focused()
    expect(release).not_to_have_attribute("aria-busy", "true")


def test_a_confirm_asks_first(bot: Bot, web: WebClient, open_page: Open) -> None:
    post(web, kitchen.CARD, "#billing")
    page = open_page(path="&channel=billing")
    escalate = page.locator(".message").get_by_role("button", name="Escalate")
    escalate.click()
    dialog = page.get_by_role("dialog", name="Escalate this mention?")
    expect(dialog).to_contain_text("It goes to the leads")
    dialog.get_by_role("button", name="Not yet").click()
    expect(escalate).to_be_focused()
    escalate.click()
    dialog.get_by_role("button", name="Escalate").click()
    wait_until(lambda: len(bot.actions("escalate")) == 1)


def test_a_bot_that_does_not_answer_is_told_of(
    sandbox: RunningSandbox, bot: Bot, web: WebClient, open_page: Open
) -> None:
    sandbox.sandbox.delivery._ack_seconds = 3.0
    post(web, [{"type": "actions", "block_id": "b", "elements": [kitchen.button("silent", "Silence")]}])
    page = open_page(path="&channel=general")
    button = page.get_by_role("button", name="Silence")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    button.click(force=True)
    expect(page.locator(".act-warning")).to_contain_text("Earshot")
    expect(button).not_to_have_attribute("aria-busy", "true")
    assert len(bot.actions("silent")) == 1


def choose(page: Page, opener: str, option: str) -> None:
    page.get_by_role("combobox", name=opener).click()
    page.get_by_role("option", name=option).click()


def test_menus_and_pickers_tell_what_was_chosen(
    bot: Bot, sandbox: RunningSandbox, web: WebClient, open_page: Open
) -> None:
    post(
        web,
        [
            *kitchen.SELECTS,
            *kitchen.CARD[-1:],
            *(block for block in kitchen.FRAMES if block["type"] == "context_actions"),
        ],
        "#billing",
    )
    page = open_page(path="&channel=billing")
    choose(page, "Choose a topic", "Refunds")
    page.get_by_role("combobox", name="Choose a person").click()
    page.keyboard.type("mia")
    page.keyboard.press("Enter")
    choose(page, "Choose a channel", "support")
    page.get_by_role("combobox", name="Find").click()
    page.keyboard.type("xy")
    page.get_by_role("option", name="xy-two").click()
    page.get_by_label("Public").check()
    page.get_by_label("Tomorrow").check()
    page.locator('input[type="date"]').fill("2026-12-24")
    page.get_by_label("More actions", exact=True).first.click()
    page.get_by_role("menuitem", name="Monitor").click()
    page.get_by_role("button", name="Bad").click()
    wait_until(lambda: len(bot.actions("feedback")) == 1 and len(bot.actions("day")) == 1)

    def last(action_id: str) -> dict[str, Any]:
        return bot.actions(action_id)[-1]

    assert last("static")["selected_option"]["value"] == "refunds"
    assert last("user")["selected_user"] == sandbox.person("mia").id
    assert last("channel")["selected_channel"].startswith("C")
    assert last("external")["selected_option"]["value"] == "xy-two"
    assert [option["value"] for option in last("boxes")["selected_options"]] == ["urgent", "public"]
    assert last("radios")["selected_option"]["value"] == "tomorrow"
    assert last("day")["selected_date"] == "2026-12-24"
    assert last("more")["selected_option"]["value"] == "monitor"
    assert last("feedback")["value"] == "bad"
    expect(page.get_by_role("combobox", name="xy-two")).to_be_visible()
