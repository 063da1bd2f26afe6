"""In which order an answer and its copy go out, and what is left where something breaks in between."""

import imaplib
import logging
import socket
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import GiveUp, Retry
from bot.sources.net.mail_imap import Mailbox
from bot.sources.net.mail_smtp import Transfer
from tests.dovecot import fresh_mailbox
from tests.smtp_place import LOST, SmtpPlace, smtp_place
from tests.sources.test_mail import answerer, asked

PATIENCE = 30.0


class Killed(BaseException):
    """The process is ended from outside."""


def put_and_break(box: Mailbox, raw: bytes, folder: str) -> bool:
    """The copy lies there, and the line breaks before that is said."""
    box._box.append(raw, folder)
    box._box.client.sock.shutdown(socket.SHUT_RDWR)
    return False


def wait_for_mails(smtp: SmtpPlace, number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while len(smtp.taken) < number and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(smtp.taken) == number


def test_a_line_that_breaks_before_the_end_of_the_mail_leaves_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)

    def break_off(_: Transfer, raw: bytes) -> None:
        raise Retry("broke off while it took our mail", after=timedelta(seconds=5))

    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        with monkeypatch.context() as broken:
            broken.setattr(Transfer, "transmit", break_off)
            with pytest.raises(Retry) as caught:
                source.reply(post, "Sorry.", key="k1")
        assert not caught.value.ambiguous
        assert source.find_reply(post, "Sorry.", key="k1") is None
        source.reply(post, "Sorry.", key="k1")
        assert (len(smtp.taken), len(mailbox.read("Sent"))) == (1, 1)


def test_an_end_between_the_mail_and_its_copy_sends_it_again_under_the_same_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The one gap that is left: better twice, with a Message-ID by which programs know it, than never."""
    mailbox = fresh_mailbox()
    post = asked(mailbox)

    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)

        def kill(*_: object) -> bool:
            wait_for_mails(smtp, 1)
            raise Killed

        with monkeypatch.context() as killed:
            killed.setattr(Mailbox, "put", kill)
            with pytest.raises(Killed):
                source.reply(post, "Sorry.", key="k1")
        source.reply(post, "Sorry.", key="k1")
        assert len({str(mail["Message-ID"]) for mail in smtp.taken}) == 1
        assert len(smtp.taken) == 2


def test_an_end_before_the_servers_word_does_not_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)

    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)

        def kill(_: Transfer) -> None:
            wait_for_mails(smtp, 1)
            raise Killed

        with monkeypatch.context() as killed:
            killed.setattr(Transfer, "confirm", kill)
            with pytest.raises(Killed):
                source.reply(post, "Sorry.", key="k1")
        source.reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1


@pytest.fixture
def _broken_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first copy is put and not confirmed."""
    put, times = Mailbox.put, iter([put_and_break])
    monkeypatch.setattr(Mailbox, "put", lambda *given: next(times, put)(*given))


@pytest.mark.usefixtures("_broken_copy")
def test_a_mailbox_that_breaks_holds_no_answer_up_and_gets_no_second_copy() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")
        assert (len(smtp.taken), len(mailbox.read("Sent"))) == (1, 1)


@pytest.mark.usefixtures("_broken_copy")
def test_a_lost_word_and_a_broken_mailbox_at_once_leave_one_answer_and_one_copy() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        smtp.at_data.append(LOST)
        with pytest.raises(Retry) as caught:
            source.reply(post, "Sorry.", key="k1")
        assert caught.value.ambiguous
        source.reply(post, "Sorry.", key="k1")
        assert (len(smtp.taken), len(mailbox.read("Sent"))) == (1, 1)


def test_a_copy_that_the_mailbox_refuses_is_tried_once_more_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox, tries = fresh_mailbox(), list[str]()
    post = asked(mailbox)

    def refuse(_: Mailbox, raw: bytes, folder: str) -> bool:
        tries.append(folder)
        return False

    monkeypatch.setattr(Mailbox, "put", refuse)
    caplog.set_level(logging.WARNING)
    with smtp_place() as smtp:
        answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1
    assert tries == ["Sent", "Sent"]
    assert "answer_has_no_copy" in caplog.messages


@pytest.mark.usefixtures("_broken_copy")
def test_a_refused_mails_copy_is_taken_out_on_another_line_where_the_first_broke() -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        source = answerer(mailbox, smtp)
        smtp.at_data.append("554 5.7.1 Looks like spam")
        with pytest.raises(GiveUp, match=r"Looks like spam$"):
            source.reply(post, "Sorry.", key="k1")
        assert mailbox.read("Sent") == []
        source.reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1


def test_a_refused_mails_copy_that_stays_is_told_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left alone it would make the next try believe that the answer went out."""
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    monkeypatch.setattr(Mailbox, "take_out", lambda *_: False)
    with smtp_place() as smtp:
        smtp.at_data.append("451 4.3.0 Full")
        with pytest.raises(GiveUp, match="Full; its copy could not be taken out of “Sent”: delete it there"):
            answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")


def test_a_copy_that_we_may_not_delete_counts_as_one_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    ask = imaplib.IMAP4.uid

    def keep(client: imaplib.IMAP4, command: str, *args: str) -> tuple[str, list[Any]]:
        return ("NO", [b"[NOPERM] Permission denied"]) if command == "STORE" else ask(client, command, *args)

    monkeypatch.setattr(imaplib.IMAP4, "uid", keep)
    with smtp_place() as smtp:
        smtp.at_data.append("451 4.3.0 Full")
        with pytest.raises(GiveUp, match="Full; its copy could not be taken out"):
            answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")


@pytest.mark.parametrize("renames", [b"", b"X-Microsoft-Original-Message-ID", b"X-Google-Original-Message-ID"])
def test_a_server_that_keeps_copies_itself_is_the_whole_truth(renames: bytes) -> None:
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    with smtp_place() as smtp:
        smtp.keeps, smtp.renames = mailbox, renames
        source = answerer(mailbox, smtp, sent_copy=False)
        with pytest.raises(GiveUp, match="no folder “Sent” for what was sent: name it in sent_folder"):
            source.try_way_out()
        mailbox.create("Sent")
        source.try_way_out()
        smtp.at_data.append("554 5.7.1 Looks like spam")
        with pytest.raises(GiveUp, match=r"Looks like spam$"):
            source.reply(post, "Sorry.", key="k1")
        assert source.find_reply(post, "Sorry.", key="k1") is None
        smtp.at_data.append(LOST)
        with pytest.raises(Retry) as caught:
            source.reply(post, "Sorry.", key="k1")
        assert (caught.value.ambiguous, caught.value.after) == (True, timedelta(minutes=1))
        source.reply(post, "Sorry.", key="k1")
        assert (len(smtp.taken), len(mailbox.read("Sent"))) == (1, 1)


def test_a_search_for_the_mail_that_took_too_long_begins_no_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending begun late would last beyond the time for which nobody else sends this answer."""
    mailbox = fresh_mailbox()
    post = asked(mailbox)
    monkeypatch.setattr(Mailbox, "has_time_for_more", lambda _: False)
    with smtp_place() as smtp:
        with pytest.raises(Retry, match="took too long to find the mail"):
            answerer(mailbox, smtp).reply(post, "Sorry.", key="k1")
        assert smtp.taken == []
