"""`earshot check` against the sandbox: what is well, and what to do about what is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

import bot.check
from bot.check import company_channels, run_checks
from bot.config import Config
from bot.domain.approval import ApprovalRule
from bot.domain.kudos import Staff
from bot.domain.roles import FOR_MANAGERS, Permission, Roles
from bot.domain.rota import Rota
from bot.domain.routing import Department, Level
from bot.finding import Finding
from bot.slack.calls import reading_client
from bot.slack.inspection import inspect_workspace
from bot.slack.scopes import SCOPES
from sandbox.core import Options
from sandbox.person import Person
from sandbox.serve import RunningSandbox, running_sandbox
from tests.journeys.office import MANIFEST, WORKSPACE, Reader, config_of, running_slack

UNSEEN = "does not exist in this workspace, or Earshot cannot see it"


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningSandbox]:
    with running_slack() as running:
        yield running


def environment(slack: RunningSandbox) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}


def looked(slack: RunningSandbox, config: Config, *, bot_token: str = "", app_token: str = "") -> dict[str, Finding]:
    """What the look at the workspace finds, by what it looked at."""
    client = reading_client(bot_token or slack.bot_token, config.slack.api_url)
    findings = inspect_workspace(
        client,
        app_token=app_token or slack.app_token,
        departments=config.departments,
        channels=company_channels(config),
        roles=config.roles,
        approvals=config.approvals,
        rotas=config.rotas,
        staff=config.staff,
    )
    return {finding.what: finding for finding in findings}


def test_an_approver_that_nobody_knows_is_named(slack: RunningSandbox, config: Config) -> None:
    rule = ApprovalRule(name="storm", approvers=("@lee", "@nobody-here"))
    found = looked(slack, replace(config, approvals=(rule, ApprovalRule(name="all"))))
    assert bad(found) == {"approval “storm”": f"@nobody-here {UNSEEN}"}


def test_staff_that_nobody_knows_is_named(slack: RunningSandbox, config: Config) -> None:
    staff = (Staff(name="Ana Duarte", slack="@ana"), Staff(name="Bo", slack="@nobody-here"))
    found = looked(slack, replace(config, staff=staff))
    assert bad(found) == {"staff “Bo”": f"@nobody-here {UNSEEN}"}


def test_an_approval_that_nobody_could_give_is_told(slack: RunningSandbox, config: Config) -> None:
    rule = ApprovalRule(name="storm", approvers=("@interns",))
    found = looked(slack, replace(config, approvals=(rule,)))
    assert bad(found) == {"approval “storm”": "@interns has nobody in it: add people, or name other approvers"}


def bad(findings: dict[str, Finding]) -> dict[str, str]:
    return {what: finding.said for what, finding in findings.items() if not finding.well}


def with_billing(config: Config, **changes: object) -> Config:
    def changed(department: Department) -> Department:
        return replace(department, **changes) if department.name == "billing" else department  # type: ignore[arg-type]

    return replace(config, departments=tuple(changed(each) for each in config.departments))


@pytest.fixture
def config(slack: RunningSandbox, tmp_path: Path) -> Config:
    return config_of(slack.url, f"sqlite:///{tmp_path}/earshot.db")


def test_all_is_well_in_a_workspace_that_is_set_up(slack: RunningSandbox, config: Config) -> None:
    findings = {finding.what: finding for finding in run_checks(config, environment(slack))}
    assert bad(findings) == {}
    said = {what: finding.said for what, finding in findings.items()}
    assert said["Slack bot token"] == "speaks as earshot in Acme"
    assert said["Slack app token"] == "opens a socket"
    assert said["Slack scopes"] == f"all {len(SCOPES)} granted"
    assert said["channel of Billing"] == "can post in #billing"
    assert said["channel of Brand & press"] == "will join #brand"
    assert said["escalation of Engineering"] == "@on-call"
    assert said["database"].startswith("sqlite, empty: `earshot run` sets it up")
    assert said["model"].endswith(" judges")
    assert said["source Chirrup"] == "answers, 0 recent mentions"


def test_a_missing_scope_is_named_with_its_purpose(config: Config, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    without = [line for line in MANIFEST.read_text().splitlines() if line.strip() != "- files:write"]
    manifest.write_text("\n".join(without))
    with another(manifest, WORKSPACE) as slack:
        findings = looked(slack, config_at(config, slack))
    assert bad(findings) == {
        "Slack scopes": "missing files:write (to attach the report's CSV and chart): "
        "update the app from slack-manifest.yaml and reinstall it"
    }


@pytest.mark.parametrize(
    ("channel", "sentence"),
    [
        (
            "#vault",
            "#vault does not exist in this workspace, or Earshot cannot see it: "
            "if it is private, type /invite @Earshot there",
        ),
        ("#attic", "#attic is archived: unarchive it or name another in the configuration"),
        (
            "#nowhere",
            "#nowhere does not exist in this workspace, or Earshot cannot see it: "
            "if it is private, type /invite @Earshot there",
        ),
    ],
)
def test_a_channel_that_cannot_be_posted_in_says_what_to_do(
    slack: RunningSandbox, config: Config, channel: str, sentence: str
) -> None:
    assert bad(looked(slack, with_billing(config, channel=channel))) == {"channel of Billing": sentence}


def test_an_invitation_makes_a_private_channel_well(config: Config) -> None:
    with another(MANIFEST, WORKSPACE) as slack:
        wanted = with_billing(config_at(config, slack), channel="#vault")
        assert "channel of Billing" in bad(looked(slack, wanted))
        lee: Person = slack.person("lee")
        lee.command("/invite @earshot", "#vault")
        assert looked(slack, wanted)["channel of Billing"].said == "can post in #vault"


def test_a_wrong_bot_token_ends_the_look_at_the_workspace(slack: RunningSandbox, config: Config) -> None:
    findings = looked(slack, config, bot_token="xoxb-of-another-workspace")
    assert bad(findings) == {"Slack bot token": "Slack refuses the token (invalid_auth)"}
    assert set(findings) == {"Slack bot token", "Slack app token"}


def test_a_wrong_app_token_is_found_apart(slack: RunningSandbox, config: Config) -> None:
    findings = looked(slack, config, app_token="xapp-of-another-workspace")
    assert bad(findings) == {"Slack app token": "Slack refuses the token (invalid_auth)"}


def test_people_whom_nobody_knows_are_named(slack: RunningSandbox, config: Config) -> None:
    lost = with_billing(
        config, people=("@ana", "@nobody"), escalation=(Level(notify=("@gone",), within=timedelta(hours=1)),)
    )
    named = {Permission.REPORT: ("@chief",), Permission.ERASE: ()}
    findings = bad(looked(slack, replace(lost, roles=replace(lost.roles, named=named))))
    assert findings == {
        "people of Billing": f"@nobody {UNSEEN}",
        "escalation of Billing": f"@gone {UNSEEN}",
        "role report": f"@chief {UNSEEN}",
        "role erase": "names nobody: set [roles] erase",
    }


def test_whom_an_escalation_would_pass_over_is_told(slack: RunningSandbox, config: Config) -> None:
    chain = (Level(notify=("#attic", "oncall:care"), within=timedelta(hours=1)),)
    rota = Rota(
        name="care", people=("@zed", "nobody"), starts=date(2026, 1, 5), turn_days=7, handover=time(9), zone="UTC"
    )
    lost = replace(rota, name="late", people=("@gone",))
    findings = looked(slack, replace(with_billing(config, escalation=chain), rotas=(rota, lost)))
    assert bad(findings) == {"escalation of Billing": "#attic is archived", "rota late": f"@gone {UNSEEN}"}
    assert findings["rota care"].said == "@zed"


def test_a_role_whom_nobody_holds_is_told(slack: RunningSandbox, config: Config) -> None:
    findings = looked(slack, replace(config, roles=Roles(named={Permission.SETTINGS: ("@interns",)})))
    assert findings["role claim"].said == "everyone"
    advice = "names nobody: set [roles] {} (or slack.managers)"
    assert bad(findings) == {
        "role settings": "@interns has nobody in it: add people, or name others in [roles] settings",
        **{f"role {each}": advice.format(each) for each in FOR_MANAGERS - {Permission.SETTINGS}},
    }


def test_tokens_that_are_not_set_are_asked_for(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.check, "load_classifier", lambda _config: Reader())  # the real one takes seconds
    findings = {finding.said for finding in run_checks(config, {}) if finding.what == "Slack"}
    assert any("SLACK_BOT_TOKEN" in said for said in findings)
    assert any("SLACK_APP_TOKEN" in said for said in findings)


@contextmanager
def another(manifest: Path, workspace: Path) -> Iterator[RunningSandbox]:
    with running_sandbox(manifest=manifest, workspace=workspace, options=Options(rate_scale=None)) as running:
        yield running


def config_at(config: Config, slack: RunningSandbox) -> Config:
    return replace(config, slack=replace(config.slack, api_url=slack.api_url))


def test_it_says_where_a_decision_to_monitor_is_told(slack: RunningSandbox, config: Config) -> None:
    found = looked(slack, replace(config, slack=replace(config.slack, headquarters_channel="#leads")))
    assert found["headquarters' channel"].well
    missing = looked(slack, replace(config, slack=replace(config.slack, headquarters_channel="#nowhere")))
    assert "#nowhere does not exist" in bad(missing)["headquarters' channel"]


def test_it_says_that_nobody_would_hear_of_a_decision_to_monitor(slack: RunningSandbox, config: Config) -> None:
    silent = replace(config, slack=replace(config.slack, ops_channel="", headquarters_channel=""))
    found = {each.what: each for each in run_checks(silent, environment(slack))}
    assert found["headquarters' channel"].said.startswith("none: nobody is told of a decision to only monitor")
    assert found["headquarters' channel"].well, "it is a choice, not a fault"
