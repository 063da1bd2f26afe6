"""What a hand-written place may be told to do instead of answering as it should."""

from dataclasses import dataclass

from tests.sources.loopback import Answer


@dataclass
class Moods:
    """`always` is the answer to every request; the others are for the next answer of ours and then over."""

    always: Answer | None = None
    loses_next: bool = False
    next_refusal: Answer | None = None

    def say(self, body: bytes) -> None:
        self.always = Answer(body=body)

    def refuse(self, status: int, retry_after: str = "") -> None:
        self.always = Answer(status=status, headers={"Retry-After": retry_after} if retry_after else {})

    def refusal(self) -> Answer | None:
        """What the next answer of ours is refused with, once."""
        refusal, self.next_refusal = self.next_refusal, None
        return refusal

    def lost(self) -> bool:
        """Whether the confirmation of this answer is lost, once."""
        lost, self.loses_next = self.loses_next, False
        return lost
