"""A mailbox on Dovecot and a way out on aiosmtpd: what the contract does not ask of every source."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.errors import GiveUp, Retry
from bot.sources.base import Answerable, Batch, Listening, Rehearsed, Source, Traceable
from bot.sources.formats.mail_answer import answer_key
from bot.sources.formats.mail_message import read_letter
from bot.sources.mail import MOST_READ, AnsweringMail, MailTable
from bot.sources.net.address import Zone
from bot.sources.net.fetch import ssl_context
from bot.sources.net.watched import Security, Server, connected
from tests.contracts.cases.mail import mail_table, raw_mail
from tests.contracts.feeds import Post
from tests.dovecot import HOST, TLS, TLS_NAME, TestMailbox, fresh_mailbox, shared_dovecot
from tests.smtp_place import LOST, SmtpPlace, smtp_place

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def letter(number: int, text: str = "", *, head: str = "", sender: str = "Jo <jo@customer.example>") -> bytes:
    lines = [
        f"From: {sender}",
        "To: care@acme.example",
        f"Subject: Mail {number}",
        f"Message-ID: <{number}@customer.example>",
    ]
    return "\r\n".join([*lines, *filter(None, [head]), "", text or f"text of {number}"]).encode()


def reader(mailbox: TestMailbox, **keys: object) -> Source:
    return mail_table(mailbox, **keys).build(Listening(own=frozenset({"Tim@acme.example"})))


def answerer(mailbox: TestMailbox, smtp: SmtpPlace, **keys: object) -> AnsweringMail:
    source = mail_table(mailbox, smtp, **keys).build(Listening())
    assert isinstance(source, AnsweringMail)
    return source


def texts(batch: Batch) -> list[str]:
    return [item.text for item in batch.items]


def test_reading_leaves_no_trace() -> None:
    mailbox = fresh_mailbox()
    mailbox.put(letter(1))
    assert texts(reader(mailbox).poll("", datetime.now(UTC))) == ["text of 1"]
    assert b"Seen" not in mailbox.flags()


def test_a_mailbox_that_stands_still_gives_its_last_mail_once() -> None:
    """`UID 5:*` names message 4 where there is no message 5."""
    mailbox, now = fresh_mailbox(), datetime.now(UTC)
    mailbox.put(letter(1))
    first = reader(mailbox).poll("", now)
    assert texts(reader(mailbox).poll(first.cursor, now)) == []


def test_a_mail_filed_here_later_counts_however_old() -> None:
    mailbox = fresh_mailbox()
    mailbox.put(letter(1), arrived=NOW - timedelta(days=30))
    first = reader(mailbox).poll("", NOW)
    assert texts(first) == []
    mailbox.put(letter(2), arrived=NOW - timedelta(days=29))
    assert texts(reader(mailbox).poll(first.cursor, NOW)) == ["text of 2"]


def test_a_folder_made_anew_is_read_again_from_where_it_was() -> None:
    """Its UIDVALIDITY is another one then, and numbers mean nothing any more."""
    mailbox = fresh_mailbox()
    mailbox.create("Care")
    source = reader(mailbox, folder="Care")
    mailbox.put_all([(letter(1), NOW - 2 * HOUR), (letter(2), NOW - HOUR)], folder="Care")
    cursor = source.poll("", NOW).cursor
    mailbox.remove("Care")
    time.sleep(1.1)  # Dovecot takes the second as UIDVALIDITY
    mailbox.create("Care")
    mailbox.put_all([(letter(2), NOW - HOUR), (letter(3), NOW)], folder="Care")
    later = source.poll(cursor, NOW + timedelta(days=5))
    assert texts(later) == ["text of 2", "text of 3"]


def test_a_form_that_sends_under_an_address_of_ours_speaks_for_the_customer_behind_it() -> None:
    mailbox = fresh_mailbox()
    mailbox.put(letter(1, head="Reply-To: Jo <jo@customer.example>", sender="tim@acme.example"))
    mailbox.put(letter(2, head="Reply-To: Jo <jo@customer.example>", sender=mailbox.address))
    authors = [item.author for item in reader(mailbox).poll("", datetime.now(UTC)).items]
    assert authors == ["jo@customer.example"] * 2


def test_what_no_customer_wrote_is_no_mention() -> None:
    mailbox = fresh_mailbox()
    for number, (head, sender) in enumerate(
        [
            ("Auto-Submitted: auto-replied", "jo@customer.example"),
            ("Precedence: bulk", "news@shop.example"),
            ("List-Id: <talk.example>", "jo@customer.example"),
            ("", "Mailer-Daemon@mx.example"),
            ("", f"Care <{mailbox.address}>"),
            ("", "tim@acme.example"),
            ("", "partner@acme.example"),
            ("", "nobody"),
            ("", "Jo <jo@customer.example>"),
        ]
    ):
        mailbox.put(letter(number, head=head, sender=sender))
    now = datetime.now(UTC)
    batch = reader(mailbox, own=["Partner@acme.example"]).poll("", now)
    ours = "text of 5"  # tim@acme.example is one of our people: the flow keeps that out, and counts it
    assert (texts(batch), batch.problems) == ([ours, "text of 8"], ())
    with_lists = reader(mailbox, own=["partner@acme.example"], lists=True)
    assert texts(with_lists.poll("", now)) == ["text of 2", ours, "text of 8"]


def test_a_huge_mail_is_read_as_far_as_its_text_goes() -> None:
    mailbox = fresh_mailbox()
    parts = 'Content-Type: multipart/mixed; boundary="b"'
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nIt broke.\r\n--b\r\nContent-Type: image/png\r\n\r\n"
        + ("x" * 76 + "\r\n") * 40_000
    )
    mailbox.put(letter(1, body, head=parts))
    behind = "--b\r\nContent-Type: image/png\r\n\r\n" + ("x" * 76 + "\r\n") * 8_000 + "--b\r\n\r\ntext\r\n--b--"
    mailbox.put(letter(2, behind, head=parts).replace(b"Subject: Mail 2\r\n", b""))
    batch = reader(mailbox).poll("", datetime.now(UTC))
    assert texts(batch) == ["It broke."]
    assert batch.problems == (f"message 2 has no text in its first {MOST_READ // 1024} KiB",)


def test_a_mail_that_cannot_be_read_is_named_and_passed() -> None:
    mailbox = fresh_mailbox()
    mailbox.put(letter(1, head="Content-Type: multipart/mixed;" + " boundary=b;" * 200))
    mailbox.put(letter(2))
    batch = reader(mailbox).poll("", datetime.now(UTC))
    assert texts(batch) == ["text of 2"]
    assert batch.problems == ("message 1 has too many parts to be read",)


def test_the_quotation_is_what_is_answered_and_the_exchange_one_conversation() -> None:
    mailbox = fresh_mailbox()
    mailbox.put(letter(1))
    mailbox.put(
        letter(
            2, "Still broken\r\n\r\nOn Monday Acme wrote:\r\n> Is it better?", head="References: <1@customer.example>"
        )
    )
    first, second = reader(mailbox).poll("", datetime.now(UTC)).items
    assert (second.text, second.parent) == ("Still broken", "Is it better?")
    assert first.thread == second.thread != ""


def test_a_wrong_password_and_a_missing_folder_say_what_to_mend() -> None:
    mailbox = fresh_mailbox()
    with pytest.raises(GiveUp, match="does not accept user and password"):
        reader(mailbox, password="wrong").poll("", NOW)
    with pytest.raises(GiveUp, match="does not accept user and password"):
        reader(mailbox, password="größer").poll("", NOW)
    with pytest.raises(GiveUp, match="no folder “Fedback”"):
        reader(mailbox, folder="Fedback").poll("", NOW)


def test_a_password_beyond_ascii_reaches_the_server_and_no_representation() -> None:
    assert "hunter2" not in repr(reader(fresh_mailbox()))
    with smtp_place() as smtp:
        assert "hunter2" not in repr(answerer(fresh_mailbox(), smtp, smtp_password="hunter2-smtp"))


def test_private_servers_must_be_allowed() -> None:
    server = Server(host="127.0.0.1", port=fresh_mailbox().port, security=Security.TLS)
    with pytest.raises(GiveUp, match="not on the public internet"), connected(server, timedelta(seconds=5)):
        pass


def test_no_password_goes_over_the_internet_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(host=HOST, port=fresh_mailbox().port, security=Security.NONE, allow_private=True)
    monkeypatch.setattr("bot.sources.net.watched.zone", lambda _: Zone.PUBLIC)
    with pytest.raises(GiveUp, match="over tls or starttls only"), connected(server, timedelta(seconds=5)):
        pass
    with pytest.raises(ValidationError, match="allow_private"):
        MailTable.model_validate(
            {"kind": "mail", "name": "m", "host": "h", "user": "a@b.c", "password": "x", "security": "none"}
        )


def test_without_an_address_nobody_knows_who_we_are() -> None:
    with pytest.raises(ValidationError, match="add address"):
        MailTable.model_validate({"kind": "mail", "name": "m", "host": "h", "user": "care", "password": "x"})


Speak = Callable[[socket.socket], None]


def hostile(speak: Speak) -> tuple[int, threading.Thread, socket.socket]:
    listener = socket.create_server((HOST, 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, closing(listener):
            try:
                speak(connection)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], thread, listener


def drip(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"*")
        time.sleep(0.02)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"* OK hello\r\n")
    while True:
        connection.sendall(b"* LIST " + b"x" * 65_000 + b"\r\n")


def literal(connection: socket.socket) -> None:
    connection.sendall(b"* OK hello\r\n* BYE {4000000000}\r\n")
    while True:
        connection.sendall(b"x" * 65_000)


def http(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def nothing(connection: socket.socket) -> None:
    connection.close()


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"* OK [CAPABILITY IMAP4rev1] hi\r\n")
    while asked := connection.recv(4_096):
        tag = asked.split()[0]
        connection.sendall(b"* SEARCH x \xff\r\n* 1 FETCH (UID x)\r\n* OK [UIDVALIDITY] ?\r\n" + tag + b" OK well\r\n")


@pytest.mark.parametrize("speak", [drip, flood, literal, http, nothing, nonsense])
def test_a_hostile_mail_server_is_a_retry_in_time(speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sources.mail.READING", timedelta(seconds=1))
    port, thread, _ = hostile(speak)
    mailbox = TestMailbox(address="care@acme.example", port=port)
    begun = time.monotonic()
    with pytest.raises(Retry):
        reader(mailbox).poll("", NOW)
    assert time.monotonic() - begun < 30
    thread.join(timeout=30)


@pytest.mark.parametrize("speak", [drip, flood, http, nothing, nonsense])
def test_a_hostile_way_out_is_a_retry_in_time(speak: Speak, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        good = answerer(mailbox, smtp)
    port, thread, _ = hostile(speak)
    monkeypatch.setattr("bot.sources.mail.SENDING", timedelta(seconds=2))
    begun = time.monotonic()
    with pytest.raises(Retry) as caught:
        replace(good, smtp=replace(good.smtp, port=port)).reply(post, "Sorry.", key="k1")
    assert not caught.value.ambiguous
    assert time.monotonic() - begun < 30
    thread.join(timeout=30)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tests' own authority, and a name for the loopback."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "cert.pem"))

    def on_loopback(host: object, port: int, *_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (HOST, port))]

    monkeypatch.setattr("bot.sources.net.dial.socket.getaddrinfo", on_loopback)
    ssl_context.cache_clear()
    yield
    ssl_context.cache_clear()


def test_lines_are_encrypted_and_certificates_checked_against_the_name(trusted: None) -> None:
    mailbox, tls_port = fresh_mailbox(), shared_dovecot().tls_port
    post = asked(mailbox)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    with smtp_place(starttls=context) as smtp:
        over_tls = {"host": TLS_NAME, "security": "tls", "port": tls_port}
        way_out = {"smtp_host": TLS_NAME, "smtp_security": "starttls"}
        source = answerer(mailbox, smtp, **over_tls, **way_out)
        source.reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1
        with pytest.raises(Retry, match=r"other\.example has no valid certificate"):
            answerer(mailbox, smtp, **over_tls, smtp_host="other.example", smtp_security="starttls").reply(
                post, "x", key="k2"
            )
    assert texts(reader(mailbox, **over_tls).poll("", NOW + HOUR))
    assert texts(reader(mailbox, host=TLS_NAME, security="starttls").poll("", NOW + HOUR))
    for wrong in (over_tls | {"host": "other.example"}, {"host": "other.example", "security": "starttls"}):
        with pytest.raises(Retry, match=r"other\.example has no valid certificate"):
            reader(mailbox, **wrong).poll("", NOW)
    with pytest.raises(Retry, match="does not speak TLS"):
        reader(mailbox, host=TLS_NAME, security="tls").poll("", NOW)


def asked(mailbox: TestMailbox, head: str = "", *, name: str = "Žofie Jo", subject: str = "Kettle") -> str:
    raw = raw_mail(Post(id="asked", text="It broke.\nTwice.", title=subject, author=name, at=NOW))
    raw = head.encode() + raw
    mailbox.put(raw)
    return read_letter(raw).external_id


def test_an_answer_is_a_mail_in_the_customers_thread() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox, "References: <0@customer.example>\r\n")
    with smtp_place() as smtp:
        answerer(mailbox, smtp, from_name="Acme Care", quote=True).reply(post, "Sorry.\n.\nJim", key="k1")
        (mail,), (envelope,) = smtp.taken, smtp.envelopes
    assert envelope == (mailbox.address, ["jo@customer.example"])
    assert str(mail["From"]) == f"Acme Care <{mailbox.address}>"
    assert str(mail["To"]) == "Žofie Jo <jo@customer.example>"
    assert str(mail["Subject"]) == "Re: Kettle"
    assert mail["In-Reply-To"] == "<asked@customer.example>"
    assert mail["References"] == "<0@customer.example> <asked@customer.example>"
    assert str(mail["Message-ID"]).startswith(f"<{answer_key('k1')}")
    assert mail["Auto-Submitted"] is None
    quoted = "On 2026-06-01 12:00 UTC, Žofie Jo wrote:\n> It broke.\n> Twice."
    assert mail.get_content().replace("\r\n", "\n").rstrip() == f"Sorry.\n.\nJim\n\n{quoted}"


def test_a_copy_lies_among_the_sent_mail_and_is_what_prevents_a_second() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        source.reply(post, "Sorry.", key="k1")
        (copy,) = mailbox.read("Sent")
        assert answer_key("k1").encode() in copy
        assert isinstance(source, Traceable)
        assert source.find_reply(post, "Sorry.", key="k1") is not None
        assert source.find_reply(post, "Sorry.", key="k") is None
        # A comeback on it is the same conversation.
        mailbox.put(letter(7, head=f"In-Reply-To: {read_letter(copy).message_id}"))
        items = source.poll("", datetime.now(UTC)).items
        assert len({item.thread for item in items}) == 1


def test_a_refused_mail_leaves_no_copy() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        for turns, turn in [(smtp.at_rcpt, "550 5.1.1 No such person"), (smtp.at_data, "554 5.7.1 Looks like spam")]:
            turns.append(turn)
            with pytest.raises(GiveUp, match=turn[10:]):
                source.reply(post, "Sorry.", key="k1")
            assert mailbox.read("Sent") == []
        smtp.at_data.append("451 4.3.0 Full")
        with pytest.raises(Retry) as caught:
            source.reply(post, "Sorry.", key="k1")
        assert not caught.value.ambiguous
        assert mailbox.read("Sent") == []


def test_a_lost_word_is_told_and_the_copy_stays() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        smtp.at_data.append(LOST)
        with pytest.raises(Retry) as caught:
            answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")
    assert caught.value.ambiguous
    assert len(mailbox.read("Sent")) == 1


def test_a_mail_filed_elsewhere_is_found_and_one_thrown_away_is_not() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    mailbox.move("Done")
    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        source.reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1
        mailbox.empty("Done")
        with pytest.raises(GiveUp, match="in no folder"):
            source.reply(post, "Sorry.", key="k2")


def test_nothing_of_a_stranger_gets_into_a_header() -> None:
    mailbox = fresh_mailbox()
    evil = "Kettle\r\nBcc: victim@bank.example\r\n\r\nbody"
    post = asked(mailbox, name="Jo\r\nBcc: victim@bank.example", subject=evil)
    with smtp_place() as smtp:
        answerer(mailbox, smtp, quote=True).reply(post, "Sorry.", key="k\r\nBcc: victim@bank.example")
        (mail,), (envelope,) = smtp.taken, smtp.envelopes
    assert envelope[1] == ["jo@customer.example"]
    assert mail["Bcc"] is None
    assert mail.get_content().startswith("Sorry.")
    assert sorted(mail.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "In-Reply-To",
            "References",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ]
    )


def test_a_mailbox_without_a_way_out_takes_no_answers() -> None:
    assert not isinstance(reader(fresh_mailbox()), Answerable)


def test_the_way_out_can_be_tried_without_sending() -> None:
    mailbox = fresh_mailbox()
    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        assert isinstance(source, Rehearsed)
        source.try_way_out()
        with pytest.raises(GiveUp, match="for sending"):
            answerer(mailbox, smtp, smtp_password="wrong").try_way_out()
        assert smtp.taken == []


def test_a_way_out_that_lets_nobody_in_says_so() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        for wrong in ("wrong", "größer"):
            with pytest.raises(GiveUp, match="for sending"):
                answerer(mailbox, smtp, smtp_password=wrong).reply(post, "Sorry.", key="k1")
        with pytest.raises(GiveUp, match="STARTTLS"):
            answerer(mailbox, smtp, smtp_security="starttls").reply(post, "Sorry.", key="k1")
    with pytest.raises(Retry, match="cannot be reached"):
        answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")
    assert mailbox.read("Sent") == []
