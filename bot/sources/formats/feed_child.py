"""The process in which feeds are read: `python -m bot.sources.formats.feed_child`.

It gets one line of JSON (`content_type`, `base`) and then the body on its standard input, and writes one document as
JSON. It limits itself before it reads a byte, so that a hostile feed costs at most this process: half a megabyte of
`<!--` held feedparser for 48 s, and with it every thread of the process that it ran in.
"""

import contextlib
import json
import resource
import sys

CPU_SECONDS = 10
MEMORY = 512 * 1024 * 1024
REFUSED = 3
"""Exit status when the body is no feed; standard output then holds the sentence."""


def limit_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS refuses this one; there the caps on bytes and entries remain.
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> int:
    # Imported here, because whoever starts this process wants the constants above and not feedparser; and before the
    # limits, which would keep the interpreter from storing compiled modules.
    from bot.sources.formats.feed_document import NotAFeedError, to_wire
    from bot.sources.formats.feed_json import read_json
    from bot.sources.formats.feed_xml import read_xml

    limit_this_process()
    about = json.loads(sys.stdin.buffer.readline())
    body = sys.stdin.buffer.read()
    try:
        is_json = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
        read = read_json(body, about["base"]) if is_json else read_xml(body, about["content_type"], about["base"])
    except NotAFeedError as refusal:
        sys.stdout.write(str(refusal))
        return REFUSED
    sys.stdout.buffer.write(to_wire(read))
    return 0


if __name__ == "__main__":
    sys.exit(main())
