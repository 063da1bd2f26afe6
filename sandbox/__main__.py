"""`python -m sandbox`: serve a workspace in the foreground."""

import argparse
import asyncio
import contextlib
import json
import sys
from pathlib import Path

from starlette.routing import BaseRoute

from sandbox.core import Options
from sandbox.serve import Server, build_sandbox, listening_socket
from sandbox.workspace import BadWorkspace


def main(arguments: list[str] | None = None) -> int:
    wanted = _parser().parse_args(arguments)
    options = Options(rate_scale=wanted.rate_limits, request_url=wanted.request_url)
    try:
        sandbox = build_sandbox(manifest=wanted.manifest, workspace=wanted.workspace, options=options)
    except (OSError, BadWorkspace) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    with contextlib.closing(listening_socket(wanted.host, wanted.port)) as listener:
        server = Server(sandbox, listener, _places(wanted.places, wanted.places_speed))
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(server.run(ready=lambda: _announce(server, wanted.ready_file)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Slack workspace on this machine.")
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest (YAML or JSON)")
    parser.add_argument("--workspace", type=Path, required=True, help="team, people and channels (TOML)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--ready-file", type=Path, help="where to write address and secrets as JSON once it serves")
    parser.add_argument("--rate-limits", type=_scale, default=1.0, help="multiplier of Slack's limits, or 'off'")
    parser.add_argument("--request-url", help="signed HTTP to this URL instead of Socket Mode")
    parser.add_argument(
        "--places", type=Path, help="a stream of mentions, to be served as places where customers write"
    )
    parser.add_argument("--places-speed", type=float, default=1.0, help="how fast that stream plays")
    return parser


def _scale(text: str) -> float | None:
    return None if text == "off" else float(text)


def _places(stream: Path | None, speed: float) -> list[BaseRoute]:
    if stream is None:
        return []
    from sandbox.places import routes

    return routes(stream, speed=speed)


def _announce(server: Server, ready_file: Path | None) -> None:
    app, url = server.sandbox.app, server.sandbox.base_url
    if ready_file is not None:
        facts = {
            "url": url,
            "api_url": f"{url}/api/",
            "bot_token": app.bot_token,
            "app_token": app.app_token,
            "signing_secret": app.signing_secret,
        }
        partial = ready_file.with_suffix(".partial")
        partial.write_text(json.dumps(facts), encoding="utf-8")
        partial.replace(ready_file)
    print(f"sandbox: {url}/", flush=True)


if __name__ == "__main__":
    sys.exit(main())
