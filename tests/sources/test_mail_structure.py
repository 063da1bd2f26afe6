"""What a real server tells of a mail that is not read whole."""

from datetime import UTC, datetime

import pytest

from bot.sources.base import Listening
from bot.sources.net.fetch import MIB
from tests.contracts.cases.mail import mail_table
from tests.dovecot import fresh_mailbox

HEAD = "From: jo@customer.example\r\nSubject: Kettle\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
TEXT = "--b\r\nContent-Type: text/plain\r\n\r\nIt broke.\r\n"
FORWARDED = "From: x@customer.example\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n"


def file(head: str, lines: int = 100) -> str:
    return f"--b\r\n{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n" + f"{'A' * 76}\r\n" * lines


def test_dovecot_tells_names_as_programs_write_them_behind_what_is_read() -> None:
    mailbox = fresh_mailbox()
    attached = "Content-Type: application/pdf\r\nContent-Disposition: attachment; "
    parts = [
        file('Content-Type: application/pdf; name="Größe.pdf"', 8_000),
        file(attached + 'filename="a \\"q\\" \\\\b.pdf"'),
        file(attached + 'filename*0="lo"; filename*1="ng.pdf"'),
        file(attached + 'filename="=?utf-8?q?Gr=C3=B6=C3=9Fer=2Epdf?="'),
        f"--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=fwd.eml\r\n\r\n{FORWARDED}",
    ]
    mailbox.put((HEAD + TEXT + "".join(parts) + "--b--\r\n").encode())
    (item,) = mail_table(mailbox).build(Listening()).poll("", datetime.now(UTC)).items
    assert item.text == "It broke."
    assert item.media == (
        "Größe.pdf (456 kB)",
        'a "q" \\b.pdf (6 kB)',
        "long.pdf (6 kB)",
        "Größer.pdf (6 kB)",
        "fwd.eml (1 kB)",
    )


def test_a_mail_of_which_a_server_tells_without_end_costs_its_names_and_no_other_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.sources.net.mail_imap.MOST_BYTES", MIB)
    mailbox = fresh_mailbox()
    many = f"--b\r\nContent-Type: application/pdf; name={'n' * 700}.pdf\r\n\r\n\r\n" * 900
    mailbox.put((HEAD + TEXT + file("Content-Type: application/pdf", 8_000) + many + "--b--\r\n").encode())
    mailbox.put(b"From: jo@customer.example\r\n\r\nMine too.")
    source, now = mail_table(mailbox).build(Listening()), datetime.now(UTC)
    first = source.poll("", now)
    assert ([item.text for item in first.items], first.more) == (["It broke."], True)
    assert [item.text for item in source.poll(first.cursor, now).items] == ["Mine too."]
