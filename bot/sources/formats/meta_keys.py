"""Keys of the configuration for Meta's places, checked."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator

from bot.sources.net.graph import BASE, VERSION, Graph
from bot.sources.table import Secret, SourceTable
from bot.values import ApiUrl, Duration


def check_id(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,30}", text) is None:
        raise ValueError('write the id, digits only, such as "1234567890"; a name is not enough')
    return text


def check_version(text: str) -> str:
    if re.fullmatch(r"v[0-9]{1,3}\.[0-9]", text) is None:
        raise ValueError(f'write a version of the Graph API, such as "{VERSION}"')
    return text


class MetaTable(SourceTable):
    """What Facebook and Instagram have alike: the token and its way into the Graph API."""

    token: Secret
    app_secret: Secret = ""
    version: Annotated[str, AfterValidator(check_version)] = VERSION
    api_url: ApiUrl = BASE
    posts_for: Duration = timedelta(days=30)

    def graph(self) -> Graph:
        return Graph(
            token=self.token,
            app_secret=self.app_secret,
            version=self.version,
            base=self.api_url,
            allow_private=self.allow_private,
        )
