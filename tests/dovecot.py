"""Dovecot, a mail server that is not ours, on the loopback: real IMAP for tests, with a maildir each for whoever logs in.

with running_dovecot() as server:
    mailbox = server.mailbox("care@acme.example")
    mailbox.put(raw)                       # arrives in INBOX
    mailbox.read("Sent")                   # what lies there
    server.tokens.grantee(mailbox.address) # an application that may open it with tokens
"""

import functools
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from tests.token_place import TokenPlace, token_place

HOST = "127.0.0.1"
PASSWORD = "hunter2-mail"
TLS = Path(__file__).parent / "sources" / "net" / "tls"
TLS_NAME = "feeds.example"
START_SECONDS = 60.0


def need_dovecot() -> str:
    """The program; else the test fails where CI is set, and is skipped elsewhere."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found:
        return found
    told = "Dovecot is not installed (Debian: dovecot-imapd)"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


@dataclass(frozen=True, kw_only=True)
class TestMailbox:
    """One user's mail, as a mail program sees it."""

    __test__ = False
    address: str
    port: int
    password: str = field(default=PASSWORD, repr=False)

    def put(self, raw: bytes, *, arrived: datetime | None = None, folder: str = "INBOX") -> None:
        with self._client() as imap:
            _well(imap.append(folder, "", imaplib.Time2Internaldate(arrived) if arrived else "", raw))

    def put_all(self, mails: Sequence[tuple[bytes, datetime]], *, folder: str = "INBOX") -> None:
        """Raw mails and when each arrived, in this order."""
        with self._client() as imap:
            for raw, arrived in mails:
                _well(imap.append(folder, "", imaplib.Time2Internaldate(arrived), raw))

    def read(self, folder: str = "INBOX") -> list[bytes]:
        with self._client() as imap:
            if imap.select(f'"{folder}"', readonly=True)[0] != "OK":
                return []
            numbers = imap.search(None, "UNDELETED")[1][0].split()
            return [imap.fetch(each.decode(), "(BODY.PEEK[])")[1][0][1] for each in numbers]  # type: ignore[index,misc]

    def flags(self, folder: str = "INBOX") -> bytes:
        with self._client() as imap:
            imap.select(folder, readonly=True)
            return b" ".join(part for part in imap.fetch("1:*", "(FLAGS)")[1] if isinstance(part, bytes))

    def move(self, to: str, *, folder: str = "INBOX") -> None:
        """All that is in the folder."""
        with self._client() as imap:
            imap.create(to)
            imap.select(folder)
            imap.copy("1:*", to)
            imap.store("1:*", "+FLAGS", "\\Deleted")
            imap.expunge()

    def empty(self, folder: str = "INBOX") -> None:
        with self._client() as imap:
            imap.select(folder)
            if imap.search(None, "ALL")[1][0]:
                imap.store("1:*", "+FLAGS", "\\Deleted")
                imap.expunge()

    def remove(self, folder: str) -> None:
        with self._client() as imap:
            imap.delete(folder)

    def create(self, folder: str) -> None:
        with self._client() as imap:
            imap.create(folder)

    @contextmanager
    def _client(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(HOST, self.port, timeout=60) as imap:
            imap.login(self.address, self.password)
            yield imap


def _well(said: tuple[str, object]) -> None:
    assert said[0] == "OK", said


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """`port` is that of plain IMAP and STARTTLS. The certificate is for TLS_NAME. It takes the `tokens` of that place."""

    port: int
    tls_port: int
    tokens: TokenPlace

    def mailbox(self, address: str) -> TestMailbox:
        """A mailbox that begins empty under a new address."""
        return TestMailbox(address=address, port=self.port)


SETTINGS = """
protocols = imap
listen = {host}
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = yes
ssl_cert = <{tls}/cert.pem
ssl_key = <{tls}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_fsync = never
mail_location = maildir:{folder}/mail/%u
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {user}
mail_gid = {group}
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
  }}
}}
"""

OAUTH2 = """
introspection_url = {url}
introspection_mode = auth
username_attribute = username
active_attribute = active
active_value = true
"""


AT_END = ExitStack()
"""Closed when the test session ends (tests/conftest.py); a worker that takes long to leave is killed before it gets to atexit."""


@functools.cache
def shared_dovecot() -> Dovecot:
    """The server of this test process, started by the first test that asks and stopped at the end."""
    return AT_END.enter_context(running_dovecot())


_numbers = count(1)


def fresh_mailbox() -> TestMailbox:
    """An empty mailbox that no other test has."""
    return shared_dovecot().mailbox(f"care-{next(_numbers)}@acme.example")


@contextmanager
def running_dovecot() -> Iterator[Dovecot]:
    """One server for as long as the block lasts; its mail is gone at the end. Root lends it Dovecot's own user."""
    program = need_dovecot()
    folder = Path(tempfile.mkdtemp(prefix="earshot-dovecot-"))
    as_root = os.geteuid() == 0
    user = "dovecot" if as_root else pwd.getpwuid(os.geteuid()).pw_name
    group = "dovecot" if as_root else str(os.getegid())
    port, tls_port = free_port(), free_port()
    (folder / "mail").mkdir()
    if as_root:
        folder.chmod(0o755)
        shutil.chown(folder / "mail", user, group)
    places = {"host": HOST, "folder": folder, "port": port, "tls": TLS, "tls_port": tls_port}
    settings = SETTINGS.format(user=user, group=group, password=PASSWORD, **places)
    (folder / "dovecot.conf").write_text(settings, encoding="utf-8")
    command = [program, "-F", "-c", str(folder / "dovecot.conf")]
    with token_place() as tokens:
        (folder / "oauth2.conf").write_text(OAUTH2.format(url=tokens.introspection_url), encoding="utf-8")
        yield from _run(command, Dovecot(port=port, tls_port=tls_port, tokens=tokens), folder)


def _run(command: Sequence[str], dovecot: Dovecot, folder: Path) -> Iterator[Dovecot]:
    with subprocess.Popen(command, stderr=subprocess.PIPE) as server:
        try:
            _wait_for(server, dovecot.port, folder)
            yield dovecot
        finally:
            server.terminate()
            server.wait(timeout=60)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as caller:
            if caller.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.02)
    said = server.stderr.read().decode() if server.poll() is not None and server.stderr else ""
    log = (folder / "log").read_text("utf-8", "replace") if (folder / "log").exists() else ""
    raise RuntimeError(f"Dovecot did not start: {said} {log}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port
