"""Keys of the configuration by which a mailbox is logged into, checked."""

from typing import Self

from pydantic import model_validator

from bot.sources.net.mail_login import Login
from bot.sources.net.oauth import Client, Tokens
from bot.sources.table import Secret, SourceTable
from bot.values import HttpUrlOrEmpty, Label


class MailLoginTable(SourceTable):
    """A login with `password`, or with tokens from `login_url`."""

    user: Label
    password: Secret = ""
    login_url: HttpUrlOrEmpty = ""
    client_id: str = ""
    client_secret: Secret = ""
    refresh_token: Secret = ""
    scope: str = ""

    @model_validator(mode="after")
    def _logs_in_one_way(self) -> Self:
        if fault := self._fault_of_login():
            raise ValueError(fault)
        return self

    def _fault_of_login(self) -> str:
        beside = [key for key in ("login_url", "client_secret", "refresh_token", "scope") if getattr(self, key)]
        if not self.client_id:
            missing = "" if self.password else "add password, or client_id and login_url where the server wants OAuth"
            return f"add client_id: {beside[0]} is of no use without it" if beside else missing
        if self.password:
            return "take out password or client_id: a mailbox is logged into with the one or the other"
        if not self.login_url:
            return "add login_url: the address where client_id gets its tokens"
        if not self.login_url.startswith("https://") and not self.allow_private:
            return "write login_url with https://: our secrets go there"
        if not self.refresh_token and not self.client_secret:
            return "add client_secret, or the refresh_token of a person's consent"
        if not self.refresh_token and not self.scope:
            return "add scope (or a refresh_token): what client_id asks for, by itself"
        return ""

    def login(self) -> Login:
        if not self.client_id:
            return Login(user=self.user, password=self.password)
        client = Client(
            address=self.login_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
            refresh_token=self.refresh_token,
            scope=self.scope,
            advice="are login_url, client_id and scope right?",
            allow_private=self.allow_private,
        )
        return Login(user=self.user, tokens=Tokens(client))
