"""Getting around: who one is, the sidebar, the switcher, the keyboard, small screens, long channels."""

import dataclasses
import time

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from sandbox.core import Sandbox
from sandbox.serve import RunningSandbox
from tests.sandbox_page import kitchen
from tests.sandbox_page.conftest import Open

pytestmark = pytest.mark.browser

NAMELESS = """() => {
    const controls = 'button, a[href], input, textarea, [role=combobox], [role=dialog], nav, main, [role=region]';
    const labels = ['aria-label', 'aria-labelledby'];
    const named = (n) => labels.some((name) => n.getAttribute(name)) || n.textContent.trim() || n.labels?.length;
    return [...document.querySelectorAll(controls)].filter((n) => !named(n)).map((n) => n.outerHTML.slice(0, 200));
}"""

PAIRS = [
    ("--ink", "--ground"),
    ("--ink-soft", "--ground"),
    ("--ink-soft", "--ground-soft"),
    ("--link", "--ground"),
    ("--danger", "--ground"),
    ("--accent-ink", "--accent"),
    ("--chrome-ink", "--chrome"),
    ("--chrome-soft", "--chrome"),
    ("--chrome-current-ink", "--chrome-current"),
    ("--mention-ink", "--mention"),
    ("--code", "--code-ground"),
    ("--warning", "--warning-soft"),
    ("--danger", "--danger-soft"),
    ("--good", "--good-soft"),
]

CONTRAST = """(pairs) => {
    const style = getComputedStyle(document.documentElement);
    const canvas = document.createElement('canvas').getContext('2d');
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const light = (name) => {
        canvas.fillStyle = style.getPropertyValue(name);
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((v) => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return Object.fromEntries(pairs.map(([a, b]) => [`${a} on ${b}`, ratio(light(a), light(b))]));
}"""

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_one_can_become_somebody_else_and_stay(sandbox: RunningSandbox, open_page: Open) -> None:
    page = open_page("ana", "&channel=billing")
    page.get_by_label("You are Ana Duarte").click()
    page.locator(".person-row", has_text="Mia Lund").click()
    expect(page.get_by_label("You are Mia Lund")).to_be_visible()
    expect(page.get_by_text("You are viewing #billing")).to_be_visible()
    page.goto(sandbox.url)
    expect(page.get_by_label("You are Mia Lund")).to_be_visible()


def test_private_channels_are_seen_by_their_members_only(open_page: Open) -> None:
    assert open_page("ana").locator(".side-row", has_text="leads").count() == 1
    assert open_page("ben").locator(".side-row", has_text="leads").count() == 0


def test_one_can_join_a_channel_and_write(open_page: Open) -> None:
    page = open_page("ana")
    page.get_by_role("button", name="More channels").click()
    page.locator(".side-row", has_text="product").click()
    page.get_by_role("button", name="Join channel").click()
    expect(page.get_by_label("Message #product")).to_be_visible()


def test_the_switcher_jumps_by_keyboard(open_page: Open) -> None:
    page = open_page(path="&channel=general")
    page.keyboard.press("Control+k")
    page.keyboard.type("supp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="support").first).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("heading", name="leads").first).to_be_visible()


def test_what_loads_behind_a_dialog_leaves_the_focus_in_it(open_page: Open) -> None:
    page = open_page(path="&channel=general")
    page.route("**/ui/**", lambda _: None)
    with page.expect_request("**/ui/**"):
        page.get_by_role("button", name="billing, channel").click()
    page.keyboard.press("Control+k")
    page.unroute("**/ui/**")  # which lets go on what was held
    expect(page.get_by_text("This is the very beginning of the channel #billing.")).to_be_visible()
    page.keyboard.type("supp")
    expect(page.get_by_role("combobox", name="Jump to")).to_have_value("supp")


def test_after_a_break_the_page_loads_what_it_missed(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    page = open_page(path="&channel=general")
    sandbox.within(lambda running: running.streams.close())
    web.chat_postMessage(channel="#general", text="Said in the break")
    missed = page.locator(".message", has_text="Said in the break")
    expect(missed).to_be_visible()
    web.chat_postMessage(channel="#general", text="Said later")
    expect(page.locator(".message", has_text="Said later")).to_be_visible()


def test_what_to_try_is_offered_until_it_is_closed(sandbox: RunningSandbox, open_page: Open) -> None:
    def advise(running: Sandbox) -> None:
        running.options = dataclasses.replace(running.options, tips=("Claim *one*", "Then answer it"))

    sandbox.within(advise)
    page = open_page()
    panel = page.get_by_role("complementary", name="What to try")
    assert panel.locator("li").all_inner_texts() == ["Claim one", "Then answer it"]
    panel.get_by_label("Close what to try").click()
    page.reload()
    expect(page.locator(".side-row").first).to_be_visible()
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="What to try").click()
    expect(panel).to_be_visible()


def test_arrow_keys_walk_through_the_messages(web: WebClient, open_page: Open) -> None:
    for n in range(3):
        web.chat_postMessage(channel="#general", text=f"Message {n}")
    page = open_page(path="&channel=general")
    page.get_by_label("Message #general").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".message:focus")).to_contain_text("Message 2")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".message:focus")).to_contain_text("Message 1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.message') !== null")


def test_what_arrives_is_spoken(web: WebClient, open_page: Open) -> None:
    page = open_page(path="&channel=general")
    web.chat_postMessage(channel="#general", text="Kettle on fire")
    expect(page.locator('[aria-live="polite"].sr-only')).to_have_text("Earshot: Kettle on fire")


def test_every_control_has_a_name(web: WebClient, open_page: Open) -> None:
    for blocks in (kitchen.CARD, kitchen.SELECTS, kitchen.TABLES, kitchen.FRAMES):
        web.chat_postMessage(channel="#general", text="x", blocks=blocks)
    page = open_page(path="&channel=general")
    expect(page.locator(".message")).to_have_count(4)
    nameless = page.evaluate(NAMELESS)
    assert nameless == []


def test_a_phone_shows_one_thing_at_a_time(web: WebClient, open_page: Open) -> None:
    web.chat_postMessage(channel="#billing", text="A card", blocks=[*kitchen.CARD, *kitchen.SELECTS])
    web.chat_postMessage(channel="#billing", text="Charts", blocks=[*kitchen.CHARTS, *kitchen.TABLES])
    page = open_page(**PHONE)
    expect(page.locator(".main")).to_be_hidden()
    page.locator(".side-row", has_text="billing").tap()
    expect(page.get_by_label("Message #billing")).to_be_visible()
    expect(page.locator(".sidebar")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".scroller").evaluate("n => n.scrollWidth <= n.clientWidth")
    page.get_by_label("Back to channels").tap()
    expect(page.locator(".sidebar")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str, web: WebClient, open_page: Open) -> None:
    """WCAG AA: 4.5 to 1 for the colours that text is written in."""
    page = open_page(color_scheme=scheme)
    ratios = page.evaluate(CONTRAST, [list(pair) for pair in PAIRS])
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < 4.5} == {}


def test_two_thousand_messages_stay_quick(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    general = next(each["id"] for each in web.conversations_list()["channels"] if each["name"] == "general")
    first = web.chat_postMessage(channel=general, text="The very first")["ts"]
    for n in range(2000):
        web.chat_postMessage(channel=general, text=f"Message {n}", blocks=kitchen.CARD if n % 4 == 0 else None)
    started = time.monotonic()
    page = open_page(path="&channel=general")
    expect(page.get_by_text("Message 1999")).to_be_in_viewport()
    assert time.monotonic() - started < 30
    started = time.monotonic()
    page.goto(f"{sandbox.url}/?user=ana&channel={general}&ts={first}")
    assert "The very first" in page.wait_for_selector(".highlight").inner_text()  # `expect` describes 2,000 rows a try
    assert page.locator(".message").count() == 2001
    assert time.monotonic() - started < 30
    slowest = page.evaluate(
        """async () => {
            const scroller = document.querySelector('.scroller');
            let slowest = 0;
            for (let n = 1; n <= 30; n += 1) {
                const before = performance.now();
                scroller.scrollTop = (scroller.scrollHeight * n) / 30;
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                slowest = Math.max(slowest, performance.now() - before);
            }
            return slowest;
        }"""
    )
    assert slowest < 5_000
