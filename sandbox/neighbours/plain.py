"""A post's HTML as a person reads it."""

from html.parser import HTMLParser

_BREAKS = frozenset({"br", "p"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BREAKS and self.parts:
            self.parts.append("\n" if tag == "br" else "\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def plain(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return "".join(words.parts).strip()
