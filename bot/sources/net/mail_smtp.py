"""One mail over SMTP, in three steps: the server takes sender and receiver, then the text, and says what becomes of it."""

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from bot.errors import GiveUp, Retry
from bot.sources.formats.fields import sentence
from bot.sources.net.fetch import MIB, SOON, ssl_context
from bot.sources.net.mail_login import Login, TokenRefusedError, bearer, log_in
from bot.sources.net.watched import Line, Security, Server, connected

LONGEST_WORD = 60
MOST_REPLY = MIB
TRY_AGAIN = timedelta(minutes=1)
"""After a 4xx: greylisting servers want some time to pass."""


class _Client(smtplib.SMTP):
    """smtplib's client on a socket that stands already. `name` is what we call ourselves; asking DNS for it may hang."""

    def __init__(self, line: Line, host: str, name: str) -> None:
        self._given = line.sock
        super().__init__(host, 25, local_hostname=name)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002 - it stands
        return self._given

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Capped(self.sock)
        return super().getreply()


class _Capped:
    """The lines of a connection, MOST_REPLY bytes of them."""

    def __init__(self, sock: socket.socket) -> None:
        self._file = sock.makefile("rb")
        self._left = MOST_REPLY

    def readline(self, size: int) -> bytes:
        read = self._file.readline(size)
        self._left -= len(read)
        if self._left < 0:
            raise OSError("the server says more than it should")
        return read

    def close(self) -> None:
        self._file.close()


class Transfer:
    """One mail on its way."""

    def __init__(self, client: smtplib.SMTP, host: str) -> None:
        self._client = client
        self._host = host

    def offer(self, sender: str, to: str) -> None:
        """Until here nothing is sent; raises Retry and GiveUp, with the server's reason."""
        beyond_ascii = not f"{sender}{to}".isascii()
        if beyond_ascii and not self._client.has_extn("smtputf8"):
            raise GiveUp(f"{self._host} cannot send to an address with letters beyond ASCII")
        self._expect(250, *self._client.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if beyond_ascii else []))
        code, said = self._client.rcpt(to)
        self._expect(250 if code != 251 else 251, code, said)
        self._expect(354, *self._client.docmd("DATA"))

    def transmit(self, raw: bytes) -> None:
        """All of it; what becomes of it `confirm` says. Raises Retry where it broke off: the server has nothing to deliver."""
        body = re.sub(rb"(?m)^\.", b"..", raw)
        try:
            self._client.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            # No doubt: without the last line the server has nothing that it could deliver.
            raise Retry(f"{self._host} broke off while it took our mail", after=SOON) from error

    def confirm(self) -> None:
        """The server's word on what was transmitted. Raises Retry, `ambiguous` where there is none, and GiveUp."""
        try:
            code, said = self._client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise Retry(f"{self._host} took our mail without a word", after=SOON, ambiguous=True) from error
        if code == -1:
            raise Retry(f"{self._host} took our mail without a clear word", after=SOON, ambiguous=True)
        self._expect(250, code, said)

    def _expect(self, wanted: int, code: int, said: bytes) -> None:
        if code != wanted:
            raise _refusal(self._host, code, said)


@contextmanager
def open_smtp(server: Server, *, login: Login, name: str, length: timedelta) -> Iterator[Transfer]:
    """Logged in, for `length` at most. Raises Retry and GiveUp, inside the block too."""
    with connected(server, length) as line, _named_faults(server.host, line):
        client = _Client(line, server.host, name)
        try:
            client.ehlo_or_helo_if_needed()
            if server.security is Security.STARTTLS:
                client.starttls(context=ssl_context())
            _log_in(client, login, server.host)
            yield Transfer(client, server.host)
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()


def _log_in(client: smtplib.SMTP, login: Login, host: str) -> None:
    if login.tokens is None:
        return _with_password(client, login.user, login.password, host)
    client.ehlo_or_helo_if_needed()
    if "XOAUTH2" not in client.esmtp_features.get("auth", "").upper().split():
        raise GiveUp(f"{host} takes no tokens for sending on this line (no XOAUTH2): it may want starttls or tls")
    try:
        log_in(login.tokens, lambda token: _with_token(client, login.user, token, host))
    except TokenRefusedError as error:
        said = f". It says: {error.reason}" if error.reason else ""
        raise GiveUp(f"{host} does not accept our token for sending, a new one neither{said}") from error


def _with_token(client: smtplib.SMTP, user: str, token: str, host: str) -> None:
    def answer(challenge: bytes | None = None) -> str:
        # A refusal is a question first, to be answered with nothing.
        return bearer(user, token) if challenge is None else ""

    try:
        client.auth("XOAUTH2", answer)
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise Retry(f"{host} lets nobody in at the moment", after=TRY_AGAIN) from error
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        raise TokenRefusedError(_without_quotations(_words(said))) from error
    except UnicodeEncodeError:
        # Not chained: the error quotes the token.
        raise GiveUp("user for sending holds letters that a login with a token cannot carry") from None


def _without_quotations(said: str) -> str:
    """Nothing where a word is so long that it may be what we logged in with."""
    return "" if any(len(word) > LONGEST_WORD for word in said.split()) else said


def _with_password(client: smtplib.SMTP, user: str, password: str, host: str) -> None:
    try:
        client.login(user, password)
    except smtplib.SMTPAuthenticationError as error:
        if 400 <= error.smtp_code < 500:
            raise Retry(f"{host} lets nobody in at the moment", after=TRY_AGAIN) from error
        raise GiveUp(f"{host} does not accept user and password for sending (some want an app password)") from error
    except smtplib.SMTPNotSupportedError as error:
        raise GiveUp(f"{host} offers no login on this line: starttls or tls may be needed") from error
    except UnicodeEncodeError:
        # Not chained: the error quotes the password.
        raise GiveUp("user or password for sending hold letters that SMTP cannot carry") from None


@contextmanager
def _named_faults(host: str, line: Line) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        raise _refusal(host, error.smtp_code, said) from error
    except smtplib.SMTPNotSupportedError as error:
        raise GiveUp(f"{host} does not know STARTTLS") from error
    except ssl.SSLCertVerificationError as error:
        raise Retry(f"{host} has no valid certificate", after=TRY_AGAIN) from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        what = "did not answer before the deadline" if line.was_cut else "broke off, or does not speak SMTP as expected"
        raise Retry(f"{host} {what}", after=SOON) from error


def _refusal(host: str, code: int, said: bytes) -> Retry | GiveUp:
    reason = _words(said)
    if 500 <= code < 600:
        return GiveUp(f"{host} refuses our mail ({code}): {reason}")
    return Retry(f"{host} does not take our mail now ({code}): {reason}", after=TRY_AGAIN)


def _words(said: bytes) -> str:
    return sentence(said.decode("utf-8", "replace"))
