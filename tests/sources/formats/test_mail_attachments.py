"""What hangs on a mail, by name and size."""

import base64
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.formats.mail_attachments import attachments_told
from bot.sources.formats.mail_message import Letter, read_letter

HEAD = "From: Jo Miller <jo@customer.example>\nMessage-ID: <1@customer.example>\nContent-Type: {kind}; boundary=b\n\n"
TEXT = "--b\nContent-Type: text/plain\n\nIt broke.\n"


def mail(*parts: str, kind: str = "multipart/mixed", end: str = "--b--\n") -> Letter:
    raw = HEAD.format(kind=kind) + TEXT + "".join(f"--b\n{part}\n" for part in parts) + end
    return read_letter(raw.encode("utf-8", "surrogateescape"))


def part(head: str, size: int = 0) -> str:
    body = base64.encodebytes(bytes(size)).decode()
    return f"{head}\nContent-Transfer-Encoding: base64\n\n{body}"


PDF = "Content-Type: application/pdf; name=bill.pdf"


def test_files_are_named_with_their_size_and_the_text_stays_the_customers() -> None:
    read = mail(
        part(f"{PDF}\nContent-Disposition: attachment; filename=bill.pdf", 210_000),
        part("Content-Type: image/jpeg; name=lid.jpg\nContent-Disposition: inline", 1_500_000),
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=log.txt\n\nsecret log",
    )
    assert read.attached == ("bill.pdf (210 kB)", "lid.jpg (1.5 MB)", "log.txt (1 kB)")
    assert read.text == "It broke."


def test_what_belongs_to_the_text_or_to_its_signature_is_no_attachment() -> None:
    logo = part("Content-Type: image/png; name=logo.png\nContent-ID: <logo@customer.example>", 900)
    assert mail(logo, kind="multipart/related").attached == ()
    assert mail(logo).attached == ("logo.png (1 kB)",)
    assert mail(part("Content-Type: application/pgp-signature; name=signature.asc", 900)).attached == ()
    assert mail("Content-Type: text/html\n\n<p>It broke.</p>").attached == ()


@pytest.mark.parametrize(
    ("head", "shown"),
    [
        ("Content-Disposition: attachment; filename==?utf-8?q?Gr=C3=B6=C3=9Fe=2Epdf?=", "Größe.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
        ("Content-Disposition: attachment; filename*0=Gro; filename*1=esse.pdf", "Groesse.pdf"),
        ("Content-Disposition: attachment; filename*=unicode_escape''%5Cud800.pdf", ""),
        ("Content-Disposition: attachment; filename*=nothing''a.pdf", "a.pdf"),
        ("Content-Type: application/zip; charset=idna", "a file of type application/zip"),
        ('Content-Disposition: attachment; filename="a\tb\x00\x1bc.pdf"', "a bc.pdf"),
        (f'Content-Disposition: attachment; filename="{"long " * 40}.pdf"', f"{('long ' * 40)[:59]}…"),
        ("Content-Type: message/rfc822", "a mail"),
    ],
)
def test_names_are_read_as_programs_write_them_and_bounded(head: str, shown: str) -> None:
    (named,) = mail(part(head, 30)).attached
    assert named.startswith(shown)
    assert len(named) < 100
    assert named.isprintable()


TOLD = rb"""1 (UID 7 BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 20 1 NIL NIL NIL NIL)
(("text" "html" NIL NIL NIL "7bit" 50 2 NIL NIL NIL NIL)("image" "png" ("name" "logo.png") "<1@x>" NIL "base64" 780 NIL
("inline" ("filename" "logo.png")) NIL NIL) "related" ("boundary" "r") NIL NIL NIL)
("application" "pdf" ("name" "a \"b\" \\c.pdf") NIL NIL "base64" 1560000 NIL ("attachment" NIL) NIL NIL)
("image" "jpeg" NIL NIL NIL "base64" 7800 NIL ("attachment" ("filename*" "utf-8''Gr%C3%B6%C3%9Fe.jpg")) NIL NIL)
("message" "rfc822" NIL NIL NIL "7bit" 3000 ("date" "subject" NIL NIL NIL NIL NIL NIL NIL NIL)
("text" "plain" NIL NIL NIL "7bit" 20 1) 40 NIL ("attachment" NIL) NIL NIL) "mixed" ("boundary" "b") NIL NIL NIL))"""


def test_a_server_tells_what_hangs_on_a_mail_that_is_not_read_whole() -> None:
    assert attachments_told(TOLD) == ('a "b" \\c.pdf (1.1 MB)', "Größe.jpg (6 kB)", "a mail (3 kB)")
    assert attachments_told(b'1 (BODYSTRUCTURE ("application" "pdf" NIL NIL NIL "base64" x))') == (
        "a file of type application/pdf (1 kB)",
    )


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"1 (UID 7)",
        b"BODYSTRUCTURE (",
        b'BODYSTRUCTURE ("text',
        b"BODYSTRUCTURE (" * 60,
        b"BODYSTRUCTURE (" + b"x " * 30_000,
    ],
)
def test_what_no_server_should_tell_is_a_fault_of_its_own(told: bytes) -> None:
    with pytest.raises(ValueError, match="structure"):
        attachments_told(told)


def test_a_size_that_no_mail_has_is_none() -> None:
    told = f'BODYSTRUCTURE ("application" "pdf" ("name" "a.pdf") NIL NIL "base64" {"9" * 400})'
    assert attachments_told(told.encode()) == ("a.pdf (1 kB)",)


@given(st.text(alphabet='() "\\NILa7*\r\n', max_size=200))
def test_no_structure_breaks_the_reader(told: str) -> None:
    with suppress(ValueError):
        attachments_told(b"BODYSTRUCTURE (" + told.encode() + b")")


def test_a_mail_that_is_a_file_says_so() -> None:
    raw = HEAD.format(kind="application/pdf; name=bill.pdf") + "%PDF-"
    read = read_letter(raw.encode())
    assert (read.text, read.attached) == ("", ("bill.pdf (1 kB)",))


def test_malformed_names_take_no_time() -> None:
    head = 'Content-Disposition: attachment; filename="' + '";"' * 5_000
    charset = "Content-Type: application/x-a; charset=punycode\n\n" + "é" * 4_000
    begun = time.process_time()
    mail(*[part(head)] * 20, charset)
    assert time.process_time() - begun < 5
