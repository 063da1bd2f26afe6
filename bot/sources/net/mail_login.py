"""How a mailbox is logged into: with a password, or with access tokens.

Both mail protocols take a token in the same words, XOAUTH2, which is Google's and Microsoft's own and older than the standard.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.errors import Retry
from bot.sources.net.oauth import Tokens


class TokenRefusedError(Exception):
    """A mail server does not let us in with a token. `reason` are its own words, empty where they are not to be shown."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Login:
    """Who logs in: with tokens where there are some, else with the password."""

    user: str
    password: str = field(default="", repr=False)
    tokens: Tokens | None = field(default=None, repr=False)


def log_in(tokens: Tokens, attempt: Callable[[str], None]) -> None:
    """Log in by `attempt`, which raises TokenRefusedError: with the token that is kept, once more with a new one.

    Raises TokenRefusedError where a new one is refused too, and Retry and GiveUp where there is none to be had.
    """
    if not _is_let_in(tokens, attempt, may_be_old=True):
        _is_let_in(tokens, attempt, may_be_old=False)


def _is_let_in(tokens: Tokens, attempt: Callable[[str], None], *, may_be_old: bool) -> bool:
    """False where a token was refused that may have been too old; the refusal itself where it was new."""
    token, is_new = tokens.current()
    try:
        attempt(token)
    except TokenRefusedError:
        tokens.forget(token)
        if is_new or not may_be_old:
            raise
        return False
    except Retry:
        # Some servers call a token that has run out a fault of the moment (tried with Dovecot).
        tokens.forget(token)
        raise
    return True


def bearer(user: str, token: str) -> str:
    """What XOAUTH2 says, before base64."""
    return f"user={user}\1auth=Bearer {token}\1\1"
