"""A post on a server with Mastodon's API and a letter in Dovecot: cards in Slack, answered there, read back at the source."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from sandbox.neighbours.fediverse import Fediverse, Neighbour, running_fediverse
from sandbox.person import Person
from tests.dovecot import TestMailbox, fresh_mailbox
from tests.journeys.configured import configured_office, settings
from tests.journeys.office import Card, HurriedClock, Office, fill, running_slack, until
from tests.smtp_place import SmtpPlace, smtp_place

SORRY = "I am sorry. I work for Acme, and the second charge goes back to you today."
SOURCES = """
[[sources]]
name = "Fediverse"
kind = "mastodon"
server = "${FEDIVERSE_URL}"
token = "FEDIVERSE_TOKEN"
every = "1s"
allow_private = true

[[sources]]
name = "Mailbox"
kind = "mail"
host = "127.0.0.1"
port = "${IMAP_PORT}"
security = "none"
user = "${MAIL_ADDRESS}"
password = "MAIL_PASSWORD"
smtp_host = "127.0.0.1"
smtp_port = "${SMTP_PORT}"
smtp_security = "none"
every = "1s"
allow_private = true
"""


class RealClock(HurriedClock):
    """Servers that are not ours have no other."""

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._skipped


@dataclass(frozen=True, kw_only=True)
class Town:
    """The office, and what stands outside it."""

    office: Office
    network: Fediverse
    mailbox: TestMailbox
    smtp: SmtpPlace

    def receive(self, text: str, *, answers: str = "") -> str:
        """A customer's mail arrives in the company's mailbox; its id."""
        mail = EmailMessage()
        number = len(self.mailbox.read()) + 1
        mail["From"], mail["To"], mail["Subject"] = "Wren Ash <wren@x.example>", self.mailbox.address, "My invoice"
        mail["Message-ID"] = f"<{number}@x.example>"
        if answers:
            mail["In-Reply-To"] = mail["References"] = answers
        mail.set_content(text)
        # Python would fold a long id into encoded words, which no mail program does.
        self.mailbox.put(mail.as_bytes(policy=policy.SMTP.clone(max_line_length=900)))
        return str(mail["Message-ID"])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Town]:
    clock, mailbox = RealClock(), fresh_mailbox()
    file = settings(tmp_path_factory.mktemp("town"), SOURCES)
    people = [Neighbour(handle="oda", name="Oda")]
    with (
        running_fediverse(Neighbour(handle="acme", name="Acme"), people) as network,
        smtp_place() as smtp,
        running_slack(clock) as slack,
    ):
        env = {
            "FEDIVERSE_URL": network.url,
            "FEDIVERSE_TOKEN": network.token,
            "IMAP_PORT": str(mailbox.port),
            "SMTP_PORT": str(smtp.port),
            "MAIL_ADDRESS": mailbox.address,
            "MAIL_PASSWORD": mailbox.password,
        }
        with configured_office(file, env, slack=slack, clock=clock, template=sqlite_template) as office:
            yield Town(office=office, network=network, mailbox=mailbox, smtp=smtp)


@pytest.fixture(scope="module")
def ana(town: Town) -> Person:
    return town.office.person("ana")


def answer(card: Card, person: Person, text: str) -> None:
    assert not fill(person, card.dialog(person, "answer"), answer__text=text)
    card.shows(text).offers("Reopen", "History")


def test_a_post_is_answered_in_slack_and_the_answer_stands_under_it(town: Town, ana: Person) -> None:
    post = town.network.write("oda", "@acme billing awful: charged twice, says oda")
    card = town.office.card("says oda").shows("oda", "on Fediverse")
    answer(card, ana, SORRY)
    (found,) = town.network.answers(post)
    assert found == f"@oda {SORRY}"


def test_an_answered_post_comes_back_when_its_author_writes_again(town: Town, ana: Person) -> None:
    post = town.network.write("oda", "@acme billing awful once more, says oda again")
    card = town.office.card("says oda again")
    answer(card, ana, SORRY)
    town.network.write("oda", "@acme it has not come back", reply_to=post)
    card.shows("They wrote again", "it has not come back")


def test_a_letter_is_answered_in_slack_and_the_customer_has_one_answer_to_it(town: Town, ana: Person) -> None:
    letter = town.receive("Dear Acme,\n\nbilling awful: charged twice, says wren.\n\nYours, Wren")
    card = town.office.card("says wren").shows("Wren Ash", "on Mailbox", "My invoice")
    answer(card, ana, SORRY)
    (sent,) = town.smtp.taken
    assert (sent["To"], sent["Subject"], sent["In-Reply-To"]) == ("Wren Ash <wren@x.example>", "Re: My invoice", letter)
    assert SORRY in sent.get_content()
    copies = [message_from_bytes(raw, policy=policy.default) for raw in town.mailbox.read("Sent")]
    assert [copy["Message-ID"] for copy in copies] == [sent["Message-ID"]]


def test_an_answered_letter_comes_back_when_its_writer_answers_ours(town: Town, ana: Person) -> None:
    town.receive("billing awful a second time, says wren once more")
    card = town.office.card("says wren once more")
    answer(card, ana, "I am sorry again. I work for Acme.")
    ours = until(lambda: town.smtp.taken[-1], "no mail was sent")
    town.receive("Nothing has come, sorry.", answers=str(ours["Message-ID"]))
    card.shows("They wrote again", "Nothing has come, sorry.")


def test_what_was_taken_down_says_so_on_its_card(town: Town) -> None:
    post = town.network.write("oda", "@acme billing awful, I regret it, says oda")
    card = town.office.card("I regret it")
    town.network.take_down("oda", post)
    town.office.clock.forward(minutes=20)
    town.office.bot.hearing.look_again()  # which the bot does every half minute
    card.shows("took this post down")
