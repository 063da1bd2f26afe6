"""`python -m sandbox.demo`: a Slack workspace in the browser, an invented company's customers, and the real bot between them.

The bot is another process, started as anybody would start it; all that is special is its Slack address.
"""

import argparse
import base64
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sandbox.core import Options
from sandbox.demo.rehearsal import rehearse
from sandbox.places import routes
from sandbox.serve import RunningSandbox, running_sandbox

HERE = Path(__file__).parent
STATE = Path(".demo")
COMPANY = "Simmerwick"
STOP_SECONDS = 20
ONCE_SPEED = 60.0
"""Minutes of the story in one minute of a headless run."""

TIPS = (
    "You are looking through the eyes of one employee: switch person at the top left. A second tab can be a second person.",
    "Click Claim on a card, then try it as somebody else: there is one owner, and the other is told who.",
    "Answer opens a dialog with what the response flow advises. Nothing reaches a customer from anywhere else.",
    "An answer to Chirrup, Hob Nob, Spoonful or The Appery is sent: follow the card's link and read it. Others you carry there.",
    "Chirrup takes 280 characters. Write more: the card says why it was not sent. Change it, and it goes.",
    "Escalate asks why and calls the next level. More… reroutes, lets stand, monitors, snoozes and shows the history.",
    "Write as a customer yourself: open {places} in another tab. It is a card here a few seconds later.",
    "Type /mentions subscribe in #product-feedback, or /engagement-report 7d as Hester, the manager.",
    "Open Earshot's Home: what is mine, what is due soon, what nobody has taken.",
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _state_folder(options.once) as state:
        url = f"http://127.0.0.1:{options.port}" if options.port else ""
        tips = tuple(tip.format(places=f"{url}/places") for tip in TIPS)
        secret = reply_secret()
        served = routes(
            HERE / "mentions.jsonl",
            speed=ONCE_SPEED if options.once else 1.0,
            company=COMPANY,
            reply_secret=secret,
        )
        with running_sandbox(
            manifest=HERE / "slack-manifest.yaml",
            workspace=HERE / "workspace.toml",
            extra_routes=served,
            port=0 if options.once else options.port,
            options=Options(tips=tips),
        ) as sandbox:
            return _with_bot(sandbox, state, bot_environment(sandbox, state, secret), once=options.once)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="earshot demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="run headless to an end and print what happened")
    parser.add_argument("--port", type=int, default=8199, help="port of the page (0 takes a free one)")
    return parser


def reply_secret() -> str:
    """What the bot and the places share for this run."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def bot_environment(sandbox: RunningSandbox, state: Path, secret: str) -> dict[str, str]:
    return {
        **os.environ,
        "SANDBOX_URL": sandbox.url,
        "EARSHOT_SLACK_API_URL": sandbox.api_url,
        "EARSHOT_DATABASE_URL": f"sqlite:///{state / 'earshot.db'}",
        "EARSHOT_CONFIG": str(HERE / "config.toml"),
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SIMMERWICK_REPLY_SECRET": secret,
    }


def _with_bot(sandbox: RunningSandbox, state: Path, environment: Mapping[str, str], *, once: bool) -> int:
    log = state / "earshot.log"
    with log.open("w") as stream:
        bot = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment, stderr=stream)
        try:
            if once:
                return rehearse(sandbox, environment)
            print(_welcome(sandbox, log), flush=True)
            bot.wait()
            print(f"The bot ended by itself with exit code {bot.returncode}; its log is {log}.", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopping.")
            return 0
        except AssertionError as error:
            print(f"The rehearsal failed: {error}\nThe end of the bot's log:", file=sys.stderr)
            print("\n".join(log.read_text().splitlines()[-40:]), file=sys.stderr)
            return 1
        finally:
            _stop(bot)


def _welcome(sandbox: RunningSandbox, log: Path) -> str:
    return "\n".join(
        (
            "",
            f"  Slack (a sandbox on this machine):  {sandbox.url}/",
            f"  Write as a customer:                {sandbox.url}/places",
            "",
            *(f"  - {tip}" for tip in sandbox.sandbox.options.tips),
            "",
            f"  The bot's log: {log}     Stop with Ctrl-C.",
            "",
        )
    )


def _stop(bot: "subprocess.Popen[bytes]") -> None:
    if bot.poll() is not None:
        return
    bot.terminate()
    try:
        bot.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        bot.kill()
        bot.wait()


@contextmanager
def _state_folder(once: bool) -> Iterator[Path]:
    """A new one each time: the sandbox forgets its messages when it ends, so the bot's memory of them is of no use."""
    if once:
        with tempfile.TemporaryDirectory(prefix="earshot-demo-") as folder:
            yield Path(folder)
        return
    STATE.mkdir(exist_ok=True)
    for old in STATE.glob("earshot.db*"):
        old.unlink()
    yield STATE


if __name__ == "__main__":
    threading.current_thread().name = "demo"
    sys.exit(main())
