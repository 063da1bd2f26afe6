"""Mails as programs write them, and as nobody should."""

import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.formats.mail_message import Letter, UnreadableError, conversation_of, message_id_of, read_letter

HEAD = (
    "From: Jo Miller <Jo@Customer.example>\nTo: care@acme.example\nSubject: Kettle\nMessage-ID: <1@customer.example>\n"
)
OWN = frozenset({"care@acme.example"})


def letter(head: str = "", body: str | bytes = "It broke.", *, base: str = HEAD) -> Letter:
    raw = body if isinstance(body, bytes) else body.encode()
    return read_letter(f"{base}{head}\n".encode() + raw)


def test_a_plain_mail() -> None:
    read = letter("Date: Mon, 01 Jun 2026 12:00:00 +0200\nContent-Language: de-AT, en\n")
    assert (read.sender, read.sender_name, read.subject) == ("jo@customer.example", "Jo Miller", "Kettle")
    assert (read.text, read.language) == ("It broke.", "de")
    assert read.written == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert not read.by_machine
    assert message_id_of(read.external_id) == "<1@customer.example>"


ALTERNATIVE = """Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/html

<p>It <b>broke</b></p>
--a
Content-Type: text/plain

It broke
--a--
--m
Content-Type: text/plain
Content-Disposition: attachment; filename=log.txt

secret log
--m
Content-Type: application/pdf; name=bill.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--m
Content-Type: text/plain

And the lid.
--m--
"""


def test_plain_text_wins_pieces_join_and_attachments_stay_out() -> None:
    assert (
        letter(ALTERNATIVE.partition("\n\n")[0] + "\n", ALTERNATIVE.partition("\n\n")[2]).text
        == "It broke\n\nAnd the lid."
    )


def test_html_alone_is_read() -> None:
    read = letter(
        "Content-Type: text/html; charset=utf-8\n", "<style>p{}</style><p>It &amp; that</p><script>x()</script>"
    )
    assert read.text == "It & that"


CHARSETS = {
    "utf-8": ("utf-8", "Größe “7” 🐎"),
    "said latin, is windows": ("iso-8859-1", "Größe “7”"),
    "chinese": ("gb2312", "水壶坏了"),
    "korean": ("ks_c_5601-1987", "주전자"),
    "japanese": ("iso-2022-jp", "やかん"),
    "quoted name": ('"utf-8"', "Größe"),
}
WRITTEN_IN = {"iso-8859-1": "cp1252", "gb2312": "gb18030", '"utf-8"': "utf-8"}


@pytest.mark.parametrize(("charset", "text"), CHARSETS.values(), ids=CHARSETS)
def test_letters_of_many_countries(charset: str, text: str) -> None:
    raw = text.encode(WRITTEN_IN.get(charset, charset))
    assert letter(f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n", raw).text == text


@pytest.mark.parametrize(
    "charset", ["", "x-unknown", "utf-8", "us-ascii", "rot13", "zip", "idna", "unicode_escape", "\x00"]
)
def test_a_wrong_charset_costs_no_letter_that_utf8_has(charset: str) -> None:
    stated = f"; charset={charset}" if charset else ""
    assert letter(f"Content-Type: text/plain{stated}\n", "Größe 🐎".encode()).text == "Größe 🐎"
    assert letter(f"Content-Type: text/plain{stated}\n", "Größe".encode("cp1252")).text in ("Größe", "Gr\ufffd\ufffde")


def test_headers_in_other_letters() -> None:
    base = "From: =?utf-8?q?=C5=BDofie?= <z@customer.example>\nSubject: =?iso-8859-1?Q?Gr=F6=DFe?=\n =?utf-8?b?8J+Qjg==?=\n"
    read = letter(base=base)
    assert (read.sender_name, read.subject) == ("Žofie", "Größe🐎")
    assert letter(base="From: a@b.example\nSubject: =?nonsense?x?=?= =?utf-8?b?!!!?=\n").sender == "a@b.example"
    assert letter(base="From: Größe <a@b.example>\nSubject: Größe\n").subject == "Größe"


MACHINES = [
    "Auto-Submitted: auto-replied\n",
    "Precedence: bulk\n",
    "Return-Path: <>\n",
    "X-Autoreply: yes\n",
    "X-Earshot: 1\n",
    "List-Unsubscribe: <mailto:x@y.example>\n",
    "Content-Type: multipart/report; boundary=x\n",
]


@pytest.mark.parametrize("head", MACHINES)
def test_machines_are_known_by_what_they_say(head: str) -> None:
    assert letter(head).by_machine


def test_a_person_may_say_that_they_are_none() -> None:
    assert not letter("Auto-Submitted: no\nPrecedence: first-class\nReturn-Path: <jo@customer.example>\n").by_machine


def test_who_wrote_it() -> None:
    assert letter().writer(OWN) == ("jo@customer.example", "Jo Miller")
    assert letter(base="From: MAILER-DAEMON@mx.example\n").writer(OWN) == ("", "")
    assert letter(base="From: no-reply@shop.example\n").writer(OWN) == ("", "")
    form = letter(base="From: Form <care@acme.example>\nReply-To: Jo <jo@customer.example>\n")
    assert form.writer(OWN) == ("jo@customer.example", "Jo")
    assert (
        letter(base="From: noreply@forms.example\nReply-To: jo@customer.example\n").writer(OWN)[0]
        == "jo@customer.example"
    )
    elsewhere = letter("Reply-To: office@customer.example\n")
    assert elsewhere.writer(OWN)[0] == "jo@customer.example"
    assert elsewhere.answer_to == "office@customer.example"


def test_lists_are_told_apart_from_machines() -> None:
    read = letter("List-Id: <care.acme.example>\nPrecedence: list\nList-Unsubscribe: <mailto:x@y.example>\n")
    assert read.from_list
    assert not read.by_machine


def test_mails_of_one_exchange_share_its_name() -> None:
    first = letter()
    assert first.conversation == conversation_of("<1@customer.example>")
    answer = f"<earshot-k1.{first.conversation}@acme.example>"
    second = "From: jo@customer.example\nMessage-ID: <2@customer.example>\n"
    for head in (
        f"References: <1@customer.example> {answer}\nIn-Reply-To: {answer}\n",
        f"In-Reply-To: {answer}\n",
        "In-Reply-To: <1@customer.example>\n",
        f"In-Reply-To: =?utf-8?q?{answer[:30]}?=\n =?utf-8?q?{answer[30:]}?=\n",
    ):
        assert letter(head, base=second).conversation == first.conversation


def test_mails_that_bear_one_id_are_told_apart() -> None:
    other = HEAD.replace("Kettle", "Toaster")
    assert letter().external_id != letter(base=other).external_id
    assert message_id_of(letter(base=other).external_id) == "<1@customer.example>"


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Message-ID: none\n",
        f"Message-ID: <{'x' * 600}@y.example>\n",
        "Message-ID: <a b@c>\n",
        "Message-ID: <ä@c>\n",
        'Message-ID: <a"@c>\n',
        "Message-ID: <\x01@c>\n",
    ],
)
def test_without_a_usable_id_the_text_names_the_mail(head: str) -> None:
    read = letter(head, base="From: jo@customer.example\n")
    assert message_id_of(read.external_id) == ""
    assert read.external_id.startswith("sha256:")
    assert len(read.external_id) < 500
    assert read.external_id == letter(head, base="From: jo@customer.example\n").external_id


@pytest.mark.parametrize(
    "sender",
    [
        "a@b\r\nBcc: c@d.example",
        "a b@c.example",
        "<a@b@c>",
        "a@b.example\x00",
        '"x\\"y"@z.example',
        "@",
        "(" * 9_000,
        "",
    ],
)
def test_an_odd_address_is_no_address(sender: str) -> None:
    read = read_letter(b"From: " + sender.encode() + b"\nSubject: x\n\nText")
    assert not any(ch in read.answer_to for ch in '\r\n\0 <>"')


def nested(depth: int) -> bytes:
    opened = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return f"{HEAD}{opened}Content-Type: text/plain\n\ndeep".encode()


HOSTILE = {
    "many parts": HEAD.encode() + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 60_000,
    "deep": nested(90),
    "one header": b"Subject: " + b"=?utf-8?q?a?= " * 30_000 + b"\n\nx",
    "many headers": b"X: y\n" * 80_000 + b"\nx",
    "comments": HEAD.encode() + b"Content-Type: text/html\n\n" + b"<!--" * 120_000,
    "unclosed tags": HEAD.encode() + b"Content-Type: text/html\n\n" + b"<a " * 160_000,
    "addresses": b"From: " + b"a@b.example, " * 30_000 + b"\n\nx",
    "folded": b"Subject: x" + b"\n y" * 150_000 + b"\n\nx",
    "parameters": HEAD.encode() + b"Content-Type: text/plain" + b"; a*0*=x" * 50_000 + b"\n\nx",
    "uuencoded": HEAD.encode() + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n" + b"M" * 400_000,
    "ids": HEAD.encode() + b"References: " + b"<a@b>" * 90_000 + b"\n\nx",
    "text of a line": HEAD.encode() + b"\n" + b"On " * 170_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_mail_takes_no_time(raw: bytes) -> None:
    begun = time.process_time()
    with suppress(UnreadableError):
        read_letter(raw[: 512 * 1024])
    assert time.process_time() - begun < 3.0


def test_too_many_boundaries_are_named() -> None:
    with pytest.raises(UnreadableError, match="too many parts"):
        read_letter(nested(300))


TOKENS = [
    *(
        b"From: ",
        b"Date: ",
        b"References: ",
        b"Message-ID: ",
        b"Reply-To: ",
        b"Content-Type: ",
        b"message/rfc822",
        b"\n",
        b"\r\n",
    ),
    *(
        b"multipart/mixed; boundary=",
        b"--b",
        b"text/plain",
        b"charset*=utf-16''%ff",
        b"Content-Transfer-Encoding: base64",
    ),
    *(b"=?utf-8?b?", b"?=", b"\xff\xfe", b"\x00", b"<a@b.c>", b"(", b'"', b";", b"format=flowed", b"=3D=", b",", b":"),
]


@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)), max_size=60).map(b"".join))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    try:
        read = read_letter(raw)
    except UnreadableError:
        return
    assert len(read.external_id) <= 500
    for text in (read.text, read.subject, read.quoted, read.sender, read.external_id, read.conversation):
        text.encode()
        assert "\0" not in text
