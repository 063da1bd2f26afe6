import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mention import CUT_MARK
from bot.sources.formats.markup import MAX_HTML, plain_text, tidy
from tests.hostile.trying import tried


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("no markup at all", "no markup at all"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<br><br>b", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ul><li>a<li>b</ul>after", "- a\n- b\n\nafter"),
        ("one\n   two\t three", "one two three"),
        ("<b>bo</b>ld", "bold"),
        ("a <b> b </b> c", "a b c"),
        ("Tom &amp; Jerry &lt;3 &#x1F600; &eacute; &nbsp;x", "Tom & Jerry <3 😀 é x"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("I <3 it", "I <3 it"),
        ("a<script>alert('x')</script>b<style>p{}</style>c", "abc"),
        ("a<!-- hidden -->b", "a b"),
        ("a<!-- never closed b", "a"),
        ("<![if !supportLists]>a<![endif]>", "a"),
        ("<![CDATA[inside]]>", "inside"),
        ("<?xml version='1.0'?><!DOCTYPE html>x", "x"),
        ("<![foo[ bar", "<![foo[ bar"),
        ('<a href="x" title="a > b">link</a>', "link"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<script>never closed", ""),
        ("<a title='never closed>x", "<a title='never closed>x"),
        ("&lt;script&gt;", "<script>"),
        ("a<br/>\n\n\n<br/>b", "a\n\nb"),
    ],
)
def test_html_reads_as_a_person_reads_it(markup: str, text: str) -> None:
    assert plain_text(markup).text == text


def test_pictures_are_found_and_their_words_kept() -> None:
    read = plain_text('Great <img src="https://x.example/1.png" alt="😀"> pot <img src=/2.png><img>')
    assert read.text == "Great 😀 pot"
    assert read.images == ("https://x.example/1.png", "/2.png", "")


def test_long_markup_is_cut_and_says_so() -> None:
    assert plain_text("x" * MAX_HTML).text == "x" * MAX_HTML
    assert plain_text("x" * (MAX_HTML + 1)).text == "x" * MAX_HTML + CUT_MARK


UNITS = [
    "<a ",
    "<!--",
    "<![",
    "<a b='",
    "<a \"'",
    "</a",
    "<",
    "&",
    '<a b=c"d>',
    '<a b=">"',
    "<a?<=<![",
    "<li>",
    "<pre>",
]


@pytest.mark.parametrize("unit", UNITS)
def test_markup_made_to_be_slow_is_not(unit: str) -> None:
    started = time.process_time()
    plain_text(unit * (MAX_HTML // len(unit)))
    assert time.process_time() - started < 3


@tried(100)
@given(st.text(alphabet="<>/!-[]?&#;=\"' \nabpscriptCDATA\0\ud800😀") | st.text())
def test_any_markup_is_read_and_tidy(markup: str) -> None:
    text = plain_text(markup).text
    assert tidy(text) == text
