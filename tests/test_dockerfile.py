"""The Dockerfile and the compose file, as far as they can be held to their word without an engine that builds them."""

import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import SlackMode, load_config, load_secrets

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Step:
    stage: int
    word: str
    rest: str


def steps() -> list[Step]:
    """Every instruction, with the number of its stage (0 is what stands before the first FROM)."""
    found: list[Step] = []
    stage = 0
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in filter(None, "\n".join(lines).replace("\\\n", " ").splitlines()):
        word, _, rest = line.strip().partition(" ")
        stage += word == "FROM"
        found.append(Step(stage=stage, word=word, rest=rest.strip()))
    return found


FINAL = [step for step in steps() if step.stage == 2]
COPIED = [
    source
    for step in steps()
    if step.word == "COPY" and "--from=" not in step.rest
    for source in shlex.split(step.rest)[:-1]
]


def said(word: str) -> list[str]:
    return [step.rest for step in FINAL if step.word == word]


def test_there_are_two_stages_and_the_second_builds_nothing() -> None:
    assert [step.stage for step in steps() if step.word == "FROM"] == [1, 2]
    assert not [rest for rest in said("RUN") if any(tool in rest for tool in ("pip", "apt", "gcc", "curl"))]


@pytest.mark.parametrize("source", COPIED)
def test_what_is_copied_is_there_and_not_ignored(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_what_python_packages_need_is_copied() -> None:
    """All four trees, the lock, and whatever pyproject.toml names; the demo's manifest is a link to a copied file."""
    assert {"bot", "classifiers", "migrations", "sandbox", "requirements.lock", "pyproject.toml"} <= set(COPIED)
    assert {"README.md", "LICENSE", "NOTICE"} <= set(COPIED)
    link = ROOT / "sandbox/demo/slack-manifest.yaml"
    assert link.resolve().relative_to(ROOT.resolve()).as_posix() in COPIED


def test_nothing_secret_or_local_is_sent_to_the_engine() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    kept = [line[1:] for line in ignored if line.startswith("!")]
    for name in ("config.toml", ".env", "secrets", "var", ".git", ".venv", "tests"):
        assert not any(fnmatch(name, pattern) for pattern in kept)


def test_it_runs_as_a_user_without_rights() -> None:
    (user,) = said("USER")
    assert user not in ("root", "0")
    assert any(f" {user}" in rest and rest.startswith("useradd --system") for rest in said("RUN"))
    assert [step.word for step in FINAL].index("USER") < [step.word for step in FINAL].index("ENTRYPOINT")


def test_it_keeps_its_data_where_the_volume_is() -> None:
    """The default database is var/earshot.db in the working directory."""
    assert said("WORKDIR") == said("VOLUME") == ["/var/lib/earshot"]


@contextmanager
def answering(status: int) -> Iterator[str]:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/healthz"
    server.shutdown()
    server.server_close()
    thread.join()


def run_health_check(address: str) -> int:
    (check,) = said("HEALTHCHECK")
    _, *command = json.loads(check[check.index("[") :])
    environment = {**os.environ, "EARSHOT_HEALTH": address}
    return subprocess.run([sys.executable, "-c", command[1]], env=environment, capture_output=True).returncode


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_believes_the_answer(status: int, healthy: bool) -> None:
    with answering(status) as address:
        assert (run_health_check(address) == 0) is healthy


def test_the_health_check_fails_where_nobody_answers() -> None:
    assert run_health_check("http://127.0.0.1:9/healthz") != 0


def test_the_health_check_asks_the_default_address() -> None:
    health = load_config(ROOT / "config.example.toml", {}).health
    assert f"EARSHOT_HEALTH=http://{health.host}:{health.port}/healthz" in " ".join(said("ENV"))


# -- compose.example.yaml ---------------------------------------------------------------------------------------------

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.example.yaml").read_text())


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_every_service_has_what_it_names(service: str) -> None:
    spec = COMPOSE["services"][service]
    assert set(spec.get("secrets", [])) <= set(COMPOSE["secrets"])
    mounted = {f"/run/secrets/{name}" for name in spec.get("secrets", [])}
    used = {value for name, value in spec.get("environment", {}).items() if name.endswith("_FILE")}
    assert used == mounted
    for other in spec.get("depends_on", {}):
        assert COMPOSE["services"][other]["profiles"] == spec["profiles"]
    for volume in spec.get("volumes", []):
        name = volume.split(":")[0]
        assert name.startswith("./") or name in COMPOSE["volumes"]


@pytest.mark.parametrize("service", ["earshot", "earshot-postgres"])
def test_the_bot_finds_its_tokens_in_the_mounted_files(service: str, tmp_path: Path) -> None:
    environment = {}
    for name, place in COMPOSE["services"][service]["environment"].items():
        file = tmp_path / Path(place).name
        file.write_text({"SLACK_APP_TOKEN_FILE": "xapp-1-a"}.get(name, "xoxb-1-a") + "\n")
        environment[name] = str(file)
    secrets = load_secrets(environment, mode=SlackMode.SOCKET)
    assert (secrets.bot_token, secrets.app_token) == ("xoxb-1-a", "xapp-1-a")


def test_the_bot_needs_no_rights_in_a_container() -> None:
    for service in ("earshot", "earshot-postgres", "migrate"):
        spec = COMPOSE["services"][service]
        assert spec["read_only"] is True
        assert spec["cap_drop"] == ["ALL"]
        assert "./config.toml:/etc/earshot/config.toml:ro" in spec["volumes"]
