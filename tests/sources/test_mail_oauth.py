"""Mailboxes that are logged into with tokens: Dovecot and aiosmtpd by XOAUTH2, and a place that gives them."""

import logging
import socket
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.errors import GiveUp, Retry
from bot.sources.base import Listening, Source
from bot.sources.mail import AnsweringMail, MailTable
from bot.sources.net.mail_login import TokenRefusedError, log_in
from bot.sources.net.oauth import Client, Tokens
from tests.contracts.cases.mail import mail_table, token_keys
from tests.dovecot import HOST, TestMailbox, fresh_mailbox, shared_dovecot
from tests.smtp_place import SmtpPlace, smtp_place
from tests.sources.loopback import Answer
from tests.sources.test_mail import asked, hostile, letter, texts
from tests.sources.wire import said
from tests.token_place import CONSENT, SCOPE, SECRET, Grantee

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def mailbox() -> TestMailbox:
    made = fresh_mailbox()
    made.put(letter(1))
    return made


@pytest.fixture
def grantee(mailbox: TestMailbox) -> Grantee:
    return shared_dovecot().tokens.grantee(mailbox.address)


def reader(mailbox: TestMailbox, grantee: Grantee, **keys: object) -> Source:
    return mail_table(mailbox, **(token_keys(mailbox, grantee) | keys)).build(Listening())


def answerer(mailbox: TestMailbox, grantee: Grantee, smtp: SmtpPlace, **keys: object) -> AnsweringMail:
    source = mail_table(mailbox, smtp, **(token_keys(mailbox, grantee) | keys)).build(Listening())
    assert isinstance(source, AnsweringMail)
    return source


def test_an_application_reads_and_answers_with_one_token(mailbox: TestMailbox, grantee: Grantee) -> None:
    post = asked(mailbox)
    with smtp_place(tokens=shared_dovecot().tokens) as smtp:
        source = answerer(mailbox, grantee, smtp)
        assert texts(source.poll("", datetime.now(UTC)))[0] == "text of 1"
        source.reply(post, "Sorry.", key="k1")
        source.try_way_out()
        assert len(smtp.taken) == 1
    assert len(grantee.given) == 1


def test_a_persons_consent_is_another_way_to_a_token(mailbox: TestMailbox, grantee: Grantee) -> None:
    source = reader(mailbox, grantee, scope="", refresh_token=CONSENT)
    assert texts(source.poll("", datetime.now(UTC))) == ["text of 1"]


def test_a_token_that_the_server_knows_no_more_is_asked_for_again(mailbox: TestMailbox, grantee: Grantee) -> None:
    post = asked(mailbox)
    with smtp_place(tokens=shared_dovecot().tokens) as smtp:
        source = answerer(mailbox, grantee, smtp)
        source.poll("", NOW)
        grantee.good.clear()
        assert texts(source.poll("", NOW + timedelta(days=1)))
        grantee.good.clear()
        source.try_way_out()
        grantee.good.clear()
        source.reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1
    assert len(grantee.given) == 4


def test_a_new_token_that_is_refused_is_for_a_person_to_mend(mailbox: TestMailbox) -> None:
    other = shared_dovecot().tokens.grantee("somebody-else@acme.example")
    with pytest.raises(GiveUp, match="does not accept our token, a new one neither; it does not open the mailbox"):
        reader(mailbox, other).poll("", NOW)
    assert len(other.given) == 1
    with smtp_place(tokens=shared_dovecot().tokens) as smtp:
        smtp.at_auth.append("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.")
        with pytest.raises(GiveUp, match=r"for sending, a new one neither\. It says: .*disabled for the Tenant\."):
            answerer(mailbox, other, smtp).try_way_out()
        smtp.at_auth.append("535 5.7.3 Not good: TOKEN")
        with pytest.raises(GiveUp, match=r"a new one neither$"):
            answerer(mailbox, other, smtp).try_way_out()
        smtp.at_auth.append("454 4.7.0 Temporary authentication failure")
        with pytest.raises(Retry, match="lets nobody in at the moment"):
            answerer(mailbox, other, smtp).try_way_out()


def test_a_wrong_secret_and_an_ended_consent_say_what_to_do(mailbox: TestMailbox, grantee: Grantee) -> None:
    with pytest.raises(GiveUp, match=r"invalid_client\): .*make a new secret\. It says: AADSTS7000215") as caught:
        reader(mailbox, grantee, client_secret="hunter2-old").poll("", NOW)
    assert "hunter2" not in caught.value.reason
    with pytest.raises(GiveUp, match=r"invalid_grant\): .*consent again.*expired or revoked") as caught:
        reader(mailbox, grantee, refresh_token="hunter2-old").poll("", NOW)
    assert "hunter2" not in caught.value.reason
    with pytest.raises(GiveUp, match=r"invalid_scope\): scope is not one"):
        reader(mailbox, grantee, scope="mail.none").poll("", NOW)


@pytest.mark.parametrize(
    ("turn", "after"),
    [
        (said({"error": "slow_down"}, 429, Retry_After="90"), timedelta(seconds=90)),
        (said({}, 503), timedelta(minutes=5)),
        (said({"error": "temporarily_unavailable"}, 400), timedelta(minutes=5)),
        (Answer(body=b"<html>"), timedelta(minutes=5)),
        (said([]), timedelta(minutes=5)),
        (said({"access_token": None, "expires_in": "soon"}), timedelta(minutes=5)),
        (said({"access_token": "a\r\nb"}), timedelta(minutes=5)),
        (said({"access_token": "größer"}), timedelta(minutes=5)),
    ],
)
def test_a_place_that_gives_no_token_now_is_a_retry_and_nothing_was_sent(
    mailbox: TestMailbox, grantee: Grantee, turn: Answer, after: timedelta
) -> None:
    post = asked(mailbox)
    grantee.turns.append(turn)
    with smtp_place(tokens=shared_dovecot().tokens) as smtp:
        source = answerer(mailbox, grantee, smtp)
        with pytest.raises(Retry) as caught:
            source.reply(post, "Sorry.", key="k1")
        assert (caught.value.after, caught.value.ambiguous) == (after, False)
        source.reply(post, "Sorry.", key="k1")
        assert len(smtp.taken) == 1


def test_a_place_that_cannot_be_reached_is_a_retry(mailbox: TestMailbox, grantee: Grantee) -> None:
    with pytest.raises(Retry, match="cannot be reached"):
        reader(mailbox, grantee, login_url="http://127.0.0.1:9/token").poll("", NOW)


def test_servers_without_tokens_say_so(mailbox: TestMailbox, grantee: Grantee) -> None:
    with smtp_place() as smtp, pytest.raises(GiveUp, match="takes no tokens for sending on this line"):
        answerer(mailbox, grantee, smtp).try_way_out()

    def plain(connection: socket.socket) -> None:
        connection.sendall(b"* OK hi\r\n")
        tag = connection.recv(4_096).split()[0]
        connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

    port, thread, _ = hostile(plain)
    with pytest.raises(GiveUp, match="takes no tokens on this line"):
        reader(TestMailbox(address="care@acme.example", port=port), grantee).poll("", NOW)
    thread.join(timeout=30)


def test_a_mailbox_that_is_not_open_to_the_application_is_named_so(grantee: Grantee) -> None:
    """As Microsoft's server answers (getmail6 214): the login is good, and the first folder fails."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(b"* OK hi\r\n")
        lines = connection.makefile("rb")
        for line in lines:
            tag, command, *_ = line.split()
            if command == b"CAPABILITY":
                connection.sendall(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n")
            if command == b"AUTHENTICATE":
                connection.sendall(b"+ \r\n")
                lines.readline()
            said = b" BAD User is authenticated but not connected.\r\n" if command == b"EXAMINE" else b" OK done\r\n"
            connection.sendall(tag + said)

    port, thread, _ = hostile(speak)
    with pytest.raises(Retry, match="knows who we are and does not open the mailbox"):
        reader(TestMailbox(address="care@acme.example", port=port), grantee).poll("", NOW)
    thread.join(timeout=30)


def test_sending_may_have_a_password_of_its_own(mailbox: TestMailbox, grantee: Grantee) -> None:
    with smtp_place() as smtp:
        answerer(mailbox, grantee, smtp, smtp_password=mailbox.password).try_way_out()


def test_no_secret_shows_in_a_representation_or_a_log(
    mailbox: TestMailbox, grantee: Grantee, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with smtp_place(tokens=shared_dovecot().tokens) as smtp:
        source = answerer(mailbox, grantee, smtp, refresh_token=CONSENT)
        shown = repr(source) + repr(mail_table(mailbox, **token_keys(mailbox, grantee)))
        source.poll("", NOW)
        source.try_way_out()
        shown += repr(source) + "".join(each.getMessage() for each in caplog.records if "mail.log" not in each.name)
    for secret in (SECRET, CONSENT, *grantee.given):
        assert secret not in shown
    table = mail_table(mailbox, **token_keys(mailbox, grantee), refresh_token=CONSENT)
    assert set(table.secrets()) == {SECRET, CONSENT}


def test_the_end_of_a_consent_is_told_where_the_place_says_it(mailbox: TestMailbox, grantee: Grantee) -> None:
    assert reader(mailbox, grantee).poll("", NOW).access_ends_at is None
    grantee.extra["refresh_token_expires_in"] = 7 * 86_400
    source = reader(mailbox, grantee, refresh_token=CONSENT)
    for _ in range(2):
        ends = source.poll("", NOW).access_ends_at
        assert ends is not None
        assert timedelta(days=6) < ends - datetime.now(UTC) <= timedelta(days=7)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def accept(_: str) -> None:
    return


def test_a_token_is_kept_until_shortly_before_its_end(grantee: Grantee) -> None:
    clock = Clock()
    tokens = Tokens(client_of(grantee), clock=clock)
    for seconds, given in [(0, 1), (3_539, 1), (1, 2), (3_539, 2)]:
        clock.now += seconds
        log_in(tokens, accept)
        assert len(grantee.given) == given
    grantee.extra["expires_in"] = -5
    clock.now += 3_600
    log_in(tokens, accept)
    log_in(tokens, accept)
    assert len(grantee.given) == 4, "what is said to be over is not kept"


def client_of(grantee: Grantee, **keys: str) -> Client:
    tokens = shared_dovecot().tokens
    known = {"client_id": grantee.client_id, "client_secret": grantee.secret, "scope": SCOPE}
    return Client(address=tokens.login_url, advice="look there", allow_private=True, **(known | keys))


def test_a_refresh_token_that_changes_with_each_use_is_followed(grantee: Grantee) -> None:
    long = "r" * 1_500  # as Microsoft's are
    clock, client = Clock(), client_of(grantee, refresh_token=CONSENT)
    tokens = Tokens(client, clock=clock)
    grantee.extra["refresh_token"] = long
    log_in(tokens, accept)
    grantee.consent = long
    clock.now += 3_600
    log_in(tokens, accept)
    assert len(grantee.given) == 2
    grantee.consent = CONSENT
    clock.now += 3_600
    with pytest.raises(GiveUp):
        log_in(tokens, accept)
    log_in(tokens, accept)
    assert len(grantee.given) == 3, "the one of the configuration is good again"


def test_a_fault_of_the_moment_costs_the_token_too(grantee: Grantee) -> None:
    """Dovecot says UNAVAILABLE where the place that it asks says 401 to a token that has run out."""

    def fail(_: str) -> None:
        raise Retry("not now", after=timedelta(minutes=5))

    tokens = Tokens(client_of(grantee))
    with pytest.raises(Retry, match="not now"):
        log_in(tokens, fail)
    log_in(tokens, accept)
    assert len(grantee.given) == 2


def test_a_refused_new_token_is_not_asked_for_twice(grantee: Grantee) -> None:
    def refuse(_: str) -> None:
        raise TokenRefusedError

    tokens = Tokens(client_of(grantee))
    with pytest.raises(TokenRefusedError):
        log_in(tokens, refuse)
    assert len(grantee.given) == 1
    log_in(tokens, accept)
    with pytest.raises(TokenRefusedError):
        log_in(tokens, refuse)
    assert len(grantee.given) == 3


OAUTH = {"client_id": "app", "login_url": "https://login.example/token", "client_secret": "s", "scope": "x"}


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({}, "add password, or client_id and login_url"),
        ({**OAUTH, "password": "p"}, "take out password or client_id"),
        ({"password": "p", "refresh_token": "r"}, "add client_id: refresh_token is of no use without it"),
        ({"login_url": "https://login.example/token"}, "add client_id: login_url"),
        ({**OAUTH, "login_url": ""}, "add login_url"),
        ({**OAUTH, "login_url": "http://login.example/token"}, "write login_url with https://"),
        ({**OAUTH, "client_secret": ""}, "add client_secret, or the refresh_token"),
        ({**OAUTH, "scope": ""}, "add scope"),
    ],
)
def test_keys_that_do_not_fit_together_are_named(keys: dict[str, str], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        MailTable.model_validate({"kind": "mail", "name": "m", "host": HOST, "user": "care@acme.example", **keys})


def test_keys_that_fit_are_taken() -> None:
    for keys in (OAUTH, {**OAUTH, "scope": "", "client_secret": "", "refresh_token": "r"}, {"password": "p"}):
        table = {"kind": "mail", "name": "m", "host": HOST, "user": "care@acme.example", **keys}
        assert MailTable.model_validate(table).build(Listening()).kind == "mail"
