"""How the company speaks: by which a draft is told to be its own."""

from dataclasses import dataclass

WIDE_REACH = 10_000


@dataclass(frozen=True, kw_only=True)
class Voice:
    """`names` are those of the company and its products, its own first; `signatures` what its people put under an answer.

    `hashtags` are its own. From `wide_reach` followers on an answer has many readers.
    """

    names: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    wide_reach: int = WIDE_REACH
