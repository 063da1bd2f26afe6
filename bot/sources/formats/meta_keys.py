"""Keys of the configuration for Meta's places, checked."""

import re


def check_id(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,30}", text) is None:
        raise ValueError('write the id, digits only, such as "1234567890"; a name is not enough')
    return text


def check_version(text: str) -> str:
    if re.fullmatch(r"v[0-9]{1,3}\.[0-9]", text) is None:
        raise ValueError('write a version of the Graph API, such as "v23.0"')
    return text
