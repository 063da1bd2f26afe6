"""The workspace file, the manifest, and the command line."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from sandbox.__main__ import main
from sandbox.ids import Timestamps, stable_id
from sandbox.manifest import load_manifest
from sandbox.person import PATIENCE
from sandbox.workspace import BadWorkspace, load_workspace, parse_workspace
from tests.sandbox.conftest import HERE

ROOT = HERE.parents[1]


def test_ids_are_the_same_in_every_run() -> None:
    first = load_workspace(HERE / "workspace.toml", created=1)
    again = load_workspace(HERE / "workspace.toml", created=2)
    assert [user.id for user in first.users] == [user.id for user in again.users]
    assert first.channels[0].id == stable_id("C", "billing")
    assert all(len(user.id) == 11 and user.id.startswith("U") for user in first.users)


def test_timestamps_never_repeat_even_when_the_clock_stands() -> None:
    stamps = Timestamps(lambda: 1_700_000_000.5)
    given = [stamps.next() for _ in range(3)]
    assert given == ["1700000000.500000", "1700000000.500001", "1700000000.500002"]


def test_every_unknown_member_is_named() -> None:
    raw = {
        "users": [{"handle": "ana"}],
        "channels": [{"name": "a", "members": ["ana", "zoe"]}],
        "usergroups": [{"handle": "g", "members": ["yan"]}],
    }
    with pytest.raises(BadWorkspace, match=r"channels a: no user 'zoe'; usergroups g: no user 'yan'"):
        parse_workspace(raw, created=0)
    with pytest.raises(BadWorkspace, match="at least one"):
        parse_workspace({}, created=0)


def test_a_star_means_everybody() -> None:
    seed = parse_workspace(
        {"users": [{"handle": "a"}, {"handle": "b"}], "channels": [{"name": "all", "members": "*"}]}, created=0
    )
    assert len(seed.channels[0].members) == 2


def test_our_own_manifest_is_understood() -> None:
    manifest = load_manifest(ROOT / "slack-manifest.yaml")
    assert "chat:write" in manifest.scopes
    assert "/mentions" in {entry.command for entry in manifest.commands}


def test_a_bad_workspace_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.toml"
    path.write_text("")
    assert main(["--manifest", str(HERE / "manifest.yaml"), "--workspace", str(path)]) == 2
    assert "at least one" in capsys.readouterr().err


def test_the_command_serves_says_where_and_ends_on_a_signal(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "sandbox", "--manifest", str(HERE / "manifest.yaml")]
    command += ["--workspace", str(HERE / "workspace.toml"), "--ready-file", str(ready), "--rate-limits", "off"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            facts = json.loads(ready.read_text())
            assert line == f"sandbox: {facts['url']}/\n"
            assert httpx.get(f"{facts['url']}/sandbox/health", trust_env=False).json() == {"ok": True}
            headers = {"authorization": f"Bearer {facts['bot_token']}"}
            assert httpx.post(f"{facts['api_url']}auth.test", headers=headers, trust_env=False).json()["ok"]
            with httpx.stream("GET", f"{facts['url']}/ui/stream", params={"user": "ana"}, trust_env=False) as stream:
                next(stream.iter_lines())
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)  # it would wait for the open stream for ever
        finally:
            process.kill()
