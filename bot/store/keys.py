"""Ids that a source chose freely, as they are stored."""

import hashlib

from bot.store.columns import storable

LONGEST_KEY = 512
"""Characters of an id that are kept as they are: PostgreSQL's index takes no more than 2,700 bytes."""


def key_of(external_id: str) -> str:
    """The id as it is stored: a very long one is cut, with a hash of the whole to keep it unique."""
    key = storable(external_id)
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: LONGEST_KEY - len(digest) - 1]}#{digest}"
