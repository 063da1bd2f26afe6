"""Messages as people see them: who, when, what changed, and what must never come alive."""

import re

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from sandbox.serve import RunningSandbox
from tests.sandbox_page import kitchen
from tests.sandbox_page.conftest import Open, wait_until

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    "<b>bold</b> &lt;i&gt; &amp;amp;",
    "<!channel> <!everyone> <@U123> <#C123|general>",
    "<javascript:window.owned=1|click me>",
    "[click](javascript:window.owned=1)",
    "<data:text/html,<script>window.owned=1</script>|x>",
    "\u202eexe.txt \ue000 \ue001 ``` *_~ `",
    "<<<>>> <|> <> <a|b|c> <!date^x^{date}|y> <!subteam^S1>",
]


def test_a_message_arrives_changes_and_goes(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    page = open_page(path="&channel=general")
    ts = web.chat_postMessage(channel="#general", text="First *words*")["ts"]
    channel = web.conversations_list()["channels"]
    general = next(each["id"] for each in channel if each["name"] == "general")
    row = page.locator(f'[data-ts="{ts}"]')
    expect(row).to_contain_text("First words")
    expect(row.locator("strong")).to_have_text("words")
    expect(row.locator(".app-badge")).to_have_text("APP")
    web.chat_update(channel=general, ts=ts, text="Second words")
    expect(row).to_contain_text("Second words")
    web.chat_delete(channel=general, ts=ts)
    expect(row).to_have_count(0)


def test_what_a_person_writes_is_sent_and_seen_by_another(sandbox: RunningSandbox, open_page: Open) -> None:
    ana, ben = open_page("ana", "&channel=general"), open_page("ben", "&channel=billing")
    ana.get_by_label("Message #general").fill("Hello @ben :wave:")
    ana.keyboard.press("Enter")
    expect(ana.locator(".message").last).to_contain_text("Hello @Ben Okafor 👋")
    expect(ana.get_by_label("Message #general")).to_have_value("")
    badge = ben.locator(".side-row", has_text="general").locator(".badge")
    expect(badge).to_have_text("1")
    ben.locator(".side-row", has_text="general").click()
    expect(ben.locator(".message.calls-me .mention-me")).to_have_text("@Ben Okafor")
    expect(badge).to_have_count(0)
    ben.reload()
    expect(ben.locator(".side-row.unread")).to_have_count(0)


@pytest.mark.parametrize("kind", ["text", "plain_text", "mrkdwn", "markdown", "rich_text", "header"])
def test_hostile_text_stays_inert(kind: str, sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    page = open_page(path="&channel=general")
    for text in HOSTILE:
        blocks = {
            "text": None,
            "plain_text": [{"type": "section", "text": kitchen.plain(text)}],
            "mrkdwn": [{"type": "section", "text": kitchen.mrkdwn(text)}],
            "markdown": [{"type": "markdown", "text": text}],
            "rich_text": [kitchen.rich({"type": "text", "text": text})],
            "header": [{"type": "header", "text": kitchen.plain(text)}],
        }[kind]
        web.chat_postMessage(channel="#general", text=text, blocks=blocks)
    expect(page.locator(".message")).to_have_count(len(HOSTILE))
    assert page.evaluate("window.owned") is None
    body = page.locator(".rows")
    for tag in ("script", "img", "iframe", "object", "b", "i"):
        assert body.locator(tag).count() == 0, tag
    live = [
        href
        for href in body.locator("a").evaluate_all("nodes => nodes.map(n => n.href)")
        if not href.startswith("http")
    ]
    assert live == []
    if kind in ("plain_text", "rich_text", "header"):
        shown = body.locator(".message-body").all_inner_texts()
        assert [text.strip() for text in shown] == HOSTILE
        assert body.locator(".mention").count() == 0


def test_mrkdwn_follows_slacks_rules(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    ana = sandbox.person("ana")
    text = (
        f"*b* _i_ ~s~ `c*d*` a*b*c 2 * 3 * 4 *_both_* **no** :tada: :nosuch: &lt;x&gt; &amp;lt;\n>quoted *b*\nafter\n"
        f"<https://e.org/a_b_c> <https://e.org|a *label*> <mailto:a@e.org> <@{ana.id}> <!here> https://bare.org/x_y_z."
    )
    web.chat_postMessage(channel="#general", text=text)
    page = open_page(path="&channel=general")
    body = page.locator(".message-body").last
    assert body.locator("strong").all_inner_texts() == ["b", "both", "b"]
    assert body.locator("em").all_inner_texts() == ["i", "both"]
    assert body.locator("s").all_inner_texts() == ["s"]
    assert body.locator("code").all_inner_texts() == ["c*d*"]
    assert body.locator("blockquote").all_inner_texts() == ["quoted b"]
    links = body.locator("a").evaluate_all("nodes => nodes.map(n => [n.getAttribute('href'), n.textContent])")
    assert links == [
        ["https://e.org/a_b_c", "https://e.org/a_b_c"],
        ["https://e.org/", "a *label*"],
        ["mailto:a@e.org", "a@e.org"],
        ["https://bare.org/x_y_z", "https://bare.org/x_y_z"],
    ]
    assert all("noopener" in (rel or "") for rel in body.locator("a").evaluate_all("nodes => nodes.map(n => n.rel)"))
    shown = body.inner_text()
    assert "a*b*c 2 * 3 * 4" in shown
    assert "**no** 🎉 :nosuch: <x> &lt;" in shown
    assert body.locator(".mention-me").all_inner_texts() == ["@Ana Duarte", "@here"]


def test_ones_own_message_can_be_edited_and_deleted(sandbox: RunningSandbox, open_page: Open) -> None:
    page = open_page(path="&channel=general")
    page.get_by_label("Message #general").fill("Hello @ben, 1 < 2 & so on")
    page.keyboard.press("Enter")
    row = page.locator(".message").last
    row.hover()
    row.get_by_label("More message actions").click()
    page.get_by_role("menuitem", name="Edit message").click()
    field = page.get_by_label("Edit message")
    expect(field).to_have_value("Hello @ben, 1 < 2 & so on")
    field.fill("Hello @mia")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Hello @Mia Lund(edited)")
    row.hover()
    row.get_by_label("More message actions").click()
    page.get_by_role("menuitem", name="Delete message").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".message")).to_have_count(0)


def test_threads_open_beside_and_count(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    ts = web.chat_postMessage(channel="#general", text="A question")["ts"]
    page = open_page(path="&channel=general")
    row = page.locator(f'.main [data-ts="{ts}"]')
    row.hover()
    row.get_by_label("Reply in thread").click()
    pane = page.locator(".side-pane")
    pane.get_by_label("Reply…").fill("An answer")
    page.keyboard.press("Enter")
    expect(pane.locator(".message")).to_have_count(2)
    expect(row.locator(".thread-count")).to_have_text("1 reply")
    expect(page.locator(".main .message")).to_have_count(1)
    pane.get_by_label("Reply…").fill("/mentions list")
    page.keyboard.press("Enter")
    expect(pane.locator(".ephemeral")).to_contain_text("/mentions is not supported in threads")
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_ephemerals_reactions_files_and_colours(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    page = open_page(path="&channel=billing")
    ana = sandbox.person("ana")
    billing = next(each["id"] for each in web.conversations_list()["channels"] if each["name"] == "billing")
    web.chat_postEphemeral(channel=billing, user=ana.id, text="Psst")
    note = page.locator(".message.ephemeral", has_text="Psst")
    expect(note).to_contain_text("Only visible to you")
    note.get_by_text("Dismiss").click()
    expect(note).to_have_count(0)
    ts = web.chat_postMessage(channel=billing, text="!", attachments=[{"color": "#ff0000", "text": "red"}])["ts"]
    row = page.locator(f'[data-ts="{ts}"]')
    assert (
        row.locator(".attachment").evaluate("n => getComputedStyle(n, '::before').backgroundColor") == "rgb(255, 0, 0)"
    )
    web.reactions_add(channel=billing, timestamp=ts, name="eyes")
    expect(row.locator(".reaction", has_text="👀")).to_contain_text("1")
    row.locator(".reaction", has_text="👀").click()
    expect(row.locator(".reaction.mine")).to_contain_text("2")
    pixel = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="teal"/></svg>'
    web.files_upload_v2(channel=billing, content=pixel, filename="chart.svg", title="A chart")
    web.files_upload_v2(channel=billing, content="a,b\n1,2\n", filename="report.csv", title="The report")
    page.get_by_label("Enlarge: A chart").click()
    shown = page.locator(".lightbox img")
    wait_until(lambda: shown.evaluate("n => n.naturalWidth") == 40)
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_label(re.compile("Download The report")).click()
    assert download.value.path().read_text() == "a,b\n1,2\n"


def test_a_permalink_finds_its_message_far_back(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    general = next(each["id"] for each in web.conversations_list()["channels"] if each["name"] == "general")
    ts = web.chat_postMessage(channel=general, text="The one we look for")["ts"]
    for n in range(150):
        web.chat_postMessage(channel=general, text=f"Later {n}")
    link = web.chat_getPermalink(channel=general, message_ts=ts)["permalink"]
    page = open_page(path=f"&channel={general}&ts={ts}")
    expect(page.locator(".highlight")).to_contain_text("The one we look for")
    expect(page.locator(".highlight")).to_be_in_viewport()
    web.chat_postMessage(channel="#billing", text=f"See <{link}|this one>")
    page.locator(".side-row", has_text="billing").click()
    page.get_by_text("this one", exact=True).click()
    expect(page.locator(".highlight")).to_contain_text("The one we look for")
    page.goto(link)
    expect(page.locator(".highlight")).to_contain_text("The one we look for")


def test_the_list_follows_only_who_is_at_its_end(sandbox: RunningSandbox, web: WebClient, open_page: Open) -> None:
    for n in range(120):
        web.chat_postMessage(channel="#general", text=f"Message {n}\nwith two lines")
    page = open_page(path="&channel=general")
    scroller = page.locator(".scroller")
    expect(page.locator(".message", has_text="Message 119")).to_be_in_viewport()
    web.chat_postMessage(channel="#general", text="Seen at once")
    expect(page.locator(".message", has_text="Seen at once")).to_be_in_viewport()
    scroller.evaluate("n => { n.scrollTop = n.scrollHeight / 2 }")
    top = (
        "() => [...document.querySelectorAll('.message')].find(n => n.getBoundingClientRect().bottom > 120).dataset.ts"
    )
    page.wait_for_timeout(200)
    before = page.evaluate(top)
    for n in range(5):
        web.chat_postMessage(channel="#general", text=f"Not followed {n}")
    expect(page.locator(".jump")).to_be_visible()
    assert page.evaluate(top) == before
    scroller.evaluate("n => { n.scrollTop = 300 }")
    expect(page.locator(".message", has_text="Message 30")).to_have_count(1)
    page.locator(".jump").click()
    expect(page.locator(".message", has_text="Not followed 4")).to_be_in_viewport()
