"""The servers beside the sandbox: they speak their own protocols, and their pages show what stands on them."""

import imaplib
import smtplib
from collections.abc import Iterator
from html import escape

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sandbox.neighbours.fediverse import Fediverse, Neighbour, running_fediverse
from sandbox.neighbours.pages import NETWORK, POST_OFFICE, Visitor, neighbour_routes
from sandbox.neighbours.post_office import HOST, PostOffice, running_post_office

VISITOR = Visitor(handle="you", name="You", address="you@visitor.example")


@pytest.fixture(scope="module")
def network() -> Iterator[Fediverse]:
    people = [Neighbour(handle="oda", name="Oda"), Neighbour(handle="you", name="You")]
    with running_fediverse(Neighbour(handle="acme", name="Acme"), people) as served:
        yield served


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with running_post_office("care@acme.example") as served:
        yield served


@pytest.fixture
def site(network: Fediverse, office: PostOffice) -> TestClient:
    return TestClient(Starlette(routes=neighbour_routes(network, office, VISITOR)))


def answer_on_network(network: Fediverse, post: str, text: str) -> None:
    answer = httpx.post(
        f"{network.url}/api/v1/statuses",
        headers={"authorization": f"Bearer {network.token}"},
        data={"status": text, "in_reply_to_id": post},
        trust_env=False,
    )
    answer.raise_for_status()


def test_a_post_that_names_the_company_is_read_with_the_answers_to_it(network: Fediverse) -> None:
    post = network.write("oda", "@acme it <b>leaks</b> & drips")
    answer_on_network(network, post, "@oda Sorry.\n\nA new one leaves today.")
    mine = next(each for each in network.about_company() if each.id == post)
    assert (mine.handle, mine.name, mine.text) == ("oda", "Oda", "@acme it <b>leaks</b> & drips")
    assert mine.answers == ("@oda Sorry.\n\nA new one leaves today.",)


def test_a_post_can_be_edited_and_taken_down(network: Fediverse) -> None:
    post = network.write("oda", "@acme one")
    network.edit("oda", post, "@acme two")
    assert "@acme two" in [each.text for each in network.about_company()]
    network.take_down("oda", post)
    assert post not in [each.id for each in network.about_company()]


def test_a_customers_letter_lies_in_the_companys_mailbox(office: PostOffice) -> None:
    letter = office.write("Jo Müller", "jo@x.example", "Ein Topf", "Er ist kaputt.", answers="<before@x.example>")
    with imaplib.IMAP4(HOST, office.imap_port) as imap:
        imap.login(office.address, office.password)
        imap.select("INBOX", readonly=True)
        _, found = imap.search(None, "HEADER", "Message-ID", f'"{letter}"')
        _, parts = imap.fetch(found[0].decode(), "(BODY.PEEK[])")
    assert b"Er ist kaputt." in parts[0][1]
    assert b"In-Reply-To: <before@x.example>" in parts[0][1]


def test_the_companys_letter_lies_in_the_customers_mailbox_once(office: PostOffice) -> None:
    with smtplib.SMTP(HOST, office.smtp_port) as smtp:
        smtp.login(office.address, office.password)
        smtp.sendmail(office.address, ["ada@x.example"], "From: care\nSubject: Re\nIn-Reply-To: <a@x>\n\nSorry.")
    (letter,) = office.letters_to("ada@x.example")
    assert (letter.subject, letter.text, letter.answers) == ("Re", "Sorry.", "<a@x>")


def test_a_stranger_cannot_send_in_the_companys_name(office: PostOffice) -> None:
    with smtplib.SMTP(HOST, office.smtp_port) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login(office.address, "guess")


def test_a_visitor_writes_on_the_network_and_reads_the_answer(site: TestClient, network: Fediverse) -> None:
    text = "@acme where is it? <script>alert(1)</script>"
    assert site.post(NETWORK, data={"text": text}).status_code == 200
    mine = next(each for each in network.about_company() if each.handle == "you")
    answer_on_network(network, mine.id, "@you On its way.")
    page = site.get(NETWORK).text
    assert escape(text) in page
    assert "@you On its way." in page
    assert "<script>" not in page


def test_a_visitor_writes_a_letter_and_reads_the_answer(site: TestClient, office: PostOffice) -> None:
    assert site.post(POST_OFFICE, data={"title": "A lid", "text": "It cracked."}).status_code == 200
    with smtplib.SMTP(HOST, office.smtp_port) as smtp:
        smtp.login(office.address, office.password)
        smtp.sendmail(office.address, [VISITOR.address], "From: care\nSubject: Re: A lid\n\nSorry about <it>.")
    assert "Sorry about &lt;it&gt;." in site.get(POST_OFFICE).text


def test_an_empty_form_is_refused_with_a_sentence(site: TestClient) -> None:
    answer = site.post(NETWORK, data={"text": "  "})
    assert answer.status_code == 400
    assert "write a few words" in answer.text
