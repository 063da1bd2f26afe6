"""A customer's mail and its answer: from a real mailbox to a card in Slack, and back into the customer's thread."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

import bot.check
from bot.check import run_checks
from bot.config import Config
from sandbox.person import Person
from tests.contracts.cases.mail import mail_table, token_keys
from tests.databases import sqlite_factory
from tests.dovecot import TestMailbox, fresh_mailbox, shared_dovecot
from tests.journeys.office import Card, Office, Reader, fill, open_office
from tests.smtp_place import LOST, SmtpPlace, smtp_place
from tests.token_place import Grantee

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."


@dataclass(frozen=True, kw_only=True)
class Post:
    """The office, the mailboxes that it hears, and the servers that carry its answers. In the `cloud` no password counts."""

    office: Office
    mailbox: TestMailbox
    smtp: SmtpPlace
    cloud: TestMailbox
    cloud_smtp: SmtpPlace
    grantee: Grantee

    def write(
        self,
        who: str,
        text: str,
        *,
        subject: str,
        answers: EmailMessage | None = None,
        files: Mapping[str, int] | None = None,
        to: TestMailbox | None = None,
    ) -> None:
        """A mail of a customer, with files of so many bytes. As an answer it quotes ours and names it, as mail programs do."""
        now = self.office.clock()
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = (
            f"{who.title()} <{who}@customer.example>",
            (to or self.mailbox).address,
            subject,
        )
        mail["Date"], mail["Message-ID"] = format_datetime(now), f"<{who}-{now.timestamp()}@customer.example>"
        quoted = ""
        if answers is not None:
            mail["In-Reply-To"] = str(answers["Message-ID"])
            quoted = "\n\nOn Monday Acme wrote:\n" + "\n".join(
                f"> {line}" for line in answers.get_content().splitlines()
            )
        mail.set_content(text + quoted)
        for name, size in (files or {}).items():
            mail.add_attachment(bytes(size), maintype="application", subtype="pdf", filename=name)
        (to or self.mailbox).put(mail.as_bytes(), arrived=now)

    def received(self, who: str) -> list[EmailMessage]:
        """What lies in a customer's mailbox by now."""
        return [
            each for each in (*self.smtp.taken, *self.cloud_smtp.taken) if f"{who}@customer.example" in str(each["To"])
        ]


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory, sqlite_template: object) -> Iterator[Post]:
    folder, mailbox, cloud = tmp_path_factory.mktemp("mail"), fresh_mailbox(), fresh_mailbox()
    tokens = shared_dovecot().tokens
    grantee = tokens.grantee(cloud.address)
    with (
        smtp_place() as smtp,
        smtp_place(tokens=tokens) as cloud_smtp,
        sqlite_factory(folder, sqlite_template) as make,  # type: ignore[arg-type]
    ):

        def with_mailboxes(config: Config) -> Config:
            care = mail_table(mailbox, smtp, name="Care mailbox", from_name="Acme Care", quote=True)
            other = mail_table(cloud, cloud_smtp, name="Cloud mailbox", **token_keys(cloud, grantee))
            often = [table.model_copy(update={"every": timedelta(seconds=2)}) for table in (care, other)]
            return replace(config, sources=(*config.sources, *often))

        with open_office(make(), change=with_mailboxes) as office:
            places = {"mailbox": mailbox, "smtp": smtp, "cloud": cloud, "cloud_smtp": cloud_smtp}
            yield Post(office=office, grantee=grantee, **places)


@pytest.fixture(scope="module")
def ana(mail: Post) -> Person:
    return mail.office.person("ana")


def send(card: Card, person: Person, text: str) -> None:
    dialog = card.dialog(person, "answer")
    assert dialog["submit"]["text"] == "Send"
    assert not fill(person, dialog, answer__text=text)


def test_a_mail_is_a_card_and_its_answer_a_mail_in_the_customers_thread(mail: Post, ana: Person) -> None:
    mail.write("wren", "billing awful, says wren\n\n-- \nWren Miller", subject="Charged twice")
    card = mail.office.card("billing awful, says wren").shows("Charged twice", "Wren", "Care mailbox")
    assert "Miller" not in card.text, "a signature is no news"
    send(card, ana, f"{SORRY}\n\nTo wren.")
    card.shows("Answered", "To wren.").offers("Reopen", "History")
    (answer,) = mail.received("wren")
    assert (str(answer["Subject"]), str(answer["From"])) == ("Re: Charged twice", f"Acme Care <{mail.mailbox.address}>")
    words, _, quoted = answer.get_content().replace("\r\n", "\n").partition("\n\nOn ")
    assert words == f"{SORRY}\n\nTo wren."
    assert "Wren wrote:\n> billing awful, says wren" in quoted
    copies = [message_from_bytes(raw, policy=policy.default) for raw in mail.mailbox.read("Sent")]
    assert str(answer["Message-ID"]) in {str(copy["Message-ID"]) for copy in copies}


def test_the_customers_next_mail_comes_to_the_same_card(mail: Post, ana: Person) -> None:
    mail.write("crane", "billing awful, says crane", subject="Wrong sum")
    card = mail.office.card("billing awful, says crane")
    send(card, ana, f"{SORRY} To crane.")
    card.shows("Answered").offers("Reopen", "History")
    (answer,) = mail.received("crane")
    mail.write("crane", "crane still waits", subject="Re: Wrong sum", answers=answer)
    card.shows("They wrote again", "crane still waits")
    assert len(mail.office.cards("crane", "#billing")) == 1


def test_an_answer_whose_confirmation_is_lost_arrives_once(mail: Post, ana: Person) -> None:
    mail.smtp.at_data.append(LOST)
    mail.write("ibis", "billing awful, says ibis", subject="Twice")
    card = mail.office.card("billing awful, says ibis")
    send(card, ana, f"{SORRY} To ibis.")
    card.shows("Answered", "To ibis.").offers("Reopen", "History")
    assert len(mail.received("ibis")) == 1


def test_a_refused_answer_says_why_in_the_servers_words(mail: Post, ana: Person) -> None:
    mail.smtp.at_rcpt.append("550 5.1.1 This mailbox is closed")
    mail.write("heron", "billing awful, says heron", subject="Gone")
    card = mail.office.card("billing awful, says heron")
    send(card, ana, f"{SORRY} To heron.")
    card.shows("Answer not sent", "This mailbox is closed").offers("Send again", "Change answer", "Escalate")
    assert mail.received("heron") == []
    card.click(ana, "retry_reply")
    card.shows("Answered").offers("Reopen", "History")
    assert len(mail.received("heron")) == 1


def test_a_mailbox_in_the_cloud_is_read_and_answered_with_tokens_new_ones_too(mail: Post, ana: Person) -> None:
    mail.write("stilt", "billing awful, says stilt", subject="Charged", to=mail.cloud)
    card = mail.office.card("billing awful, says stilt").shows("Cloud mailbox")
    mail.grantee.good.clear()
    send(card, ana, f"{SORRY} To stilt.")
    card.shows("Answered", "To stilt.").offers("Reopen", "History")
    assert len(mail.received("stilt")) == 1
    mail.grantee.good.clear()
    mail.write("knot", "billing awful, says knot", subject="Charged", to=mail.cloud)
    mail.office.card("billing awful, says knot")
    assert len(mail.grantee.given) >= 3


def test_what_hangs_on_a_mail_is_named_and_not_judged(mail: Post) -> None:
    files = {"bill.pdf": 210_000, "2026 06 letter.pdf": 2_400}
    mail.write("dunlin", "billing awful, says dunlin", subject="Charged", files=files)
    card = mail.office.card("billing awful, says dunlin")
    card.shows("2 attachments", "Attached: ", "bill.pdf (210 kB)", "2026 06 letter.pdf (2 kB)")
    mail.write("plover", "billing awful, says plover", subject="Charged", files={"1.pdf": 1_400_000, "2.pdf": 90_000})
    large = mail.office.card("billing awful, says plover")
    large.shows("2 attachments", "1.pdf (1.4 MB)", "2.pdf (90 kB)")


def test_an_automatic_answer_is_no_mention(mail: Post) -> None:
    head = b"From: Stork <stork@customer.example>\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied"
    mail.mailbox.put(head + b"\r\n\r\nbilling awful, says stork", arrived=mail.office.clock())
    mail.write("rook", "billing awful, says rook", subject="After it")
    mail.office.card("billing awful, says rook")
    assert mail.office.cards("says stork", "#billing") == []


def test_the_check_tries_both_ways(mail: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.check, "load_classifier", lambda _config: Reader())
    config = mail.office.bot.config
    tables = {name: mail_table(mail.mailbox, mail.smtp, name=name) for name in ("good", "no way out")}
    old = token_keys(mail.cloud, mail.grantee) | {"client_secret": "of last year"}
    tables["old secret"] = mail_table(mail.cloud, mail.cloud_smtp, name="old secret", **old)
    broken = tables["no way out"].model_copy(update={"smtp_password": "wrong"})
    found = {
        each.what: each
        for each in run_checks(replace(config, sources=(tables["good"], broken, tables["old secret"])), {})
    }
    assert found["source good"].well
    assert "takes our answers" in found["source good"].said
    assert not found["source no way out"].well
    assert "does not accept user and password for sending" in found["source no way out"].said
    assert "make a new secret" in found["source old secret"].said
