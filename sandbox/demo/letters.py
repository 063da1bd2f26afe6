"""What customers write on the network and by mail in the demo, and who they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.neighbours.fediverse import Fediverse, Neighbour, running_fediverse
from sandbox.neighbours.pages import Visitor
from sandbox.neighbours.post_office import PostOffice, running_post_office

ADDRESS = "care@simmerwick.example"
COMPANY = Neighbour(handle="simmerwick", name="Simmerwick")
VISITOR = Visitor(handle="you", name="You", address="you@visitor.example")
ODA = Neighbour(handle="oda_stirs", name="Oda Stirling")
BARNABY = Neighbour(handle="barnaby_k", name="Barnaby K.")
TOOT = "@simmerwick my new Crumb came without its lid, and the form on your site says \u201cno such order\u201d. Who do I talk to?"
PRAISE = "@simmerwick third year with the same Dipper and it still does not drip. Well made."
SUBJECT = "Charged twice for the Larder box"
LETTER = (
    "Good morning,\n\nmy card was charged twice for the Larder box of November, 24.00 each on the 3rd. I have only one box. "
    "Please send one of the two back.\n\nWith kind regards\nJunia Marsh"
)
JUNIA = ("Junia Marsh", "junia.marsh@letters.example")


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The two servers beside the sandbox's own places, with the first post and the first letter on them."""

    network: Fediverse
    office: PostOffice
    toot: str
    letter: str

    def environment(self) -> dict[str, str]:
        """Where they are, and the company's keys to them."""
        return {
            "FEDIVERSE_URL": self.network.url,
            "FEDIVERSE_TOKEN": self.network.token,
            "IMAP_PORT": str(self.office.imap_port),
            "SMTP_PORT": str(self.office.smtp_port),
            "MAIL_PASSWORD": self.office.password,
        }


@contextmanager
def running_neighbours() -> Iterator[Neighbours]:
    people = (ODA, BARNABY, Neighbour(handle=VISITOR.handle, name=VISITOR.name))
    with running_fediverse(COMPANY, people) as network, running_post_office(ADDRESS) as office:
        network.write(BARNABY.handle, PRAISE)
        yield Neighbours(
            network=network,
            office=office,
            toot=network.write(ODA.handle, TOOT),
            letter=office.write(*JUNIA, SUBJECT, LETTER),
        )
