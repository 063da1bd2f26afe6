"""/engagement-report: figures that a second count confirms, for managers only."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from sandbox.person import Person, visible_text
from tests.journeys.office import PATIENCE, Card, Office, fill, until

PNG = b"\x89PNG"


@dataclass
class Tally:
    """What the test itself saw happen: mentions by channel, what was decided there, and who sounded how."""

    mentions: Counter[str] = field(default_factory=Counter)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    angry: Counter[str] = field(default_factory=Counter)

    def of(self, team: str) -> dict[str, str]:
        """The CSV's columns as this tally has them; all teams for "total"."""

        def total(counter: Counter[Any], *key: str) -> int:
            return sum(n for found, n in counter.items() if _matches(found, team, *key))

        decided = {what: total(self.done, what) for what in ("answered", "let_stand", "monitored", "dismissed")}
        mentions = total(self.mentions)
        return {
            "mentions": str(mentions),
            "decisions": str(sum(decided.values())),
            **{what: str(number) for what, number in decided.items()},
            "undecided": str(mentions - sum(decided.values())),
            "open_now": str(mentions - sum(decided.values())),
            "detractors_estimated": str(total(self.angry)),
        }


def _matches(found: str | tuple[str, str], team: str, *key: str) -> bool:
    parts = (found,) if isinstance(found, str) else found
    return (team == "total" or parts[0] == team) and parts[1:] == key


def arrive(office: Office, tally: Tally, team: str, text: str) -> Card:
    office.hears(text)
    tally.mentions[team] += 1
    tally.angry[team] += "awful" in text
    return office.card(text, f"#{team}")


def decide(card: Card, person: Person, tally: Tally, action: str) -> None:
    answers: dict[str, dict[str, str]] = {
        "let_stand": {"decision__preset": "It is already settled"},
        "monitor": {"decision__preset": "A troll: an answer would feed it"},
        "dismiss": {"decision__preset": "Spam or advertising"},
        "answer_elsewhere": {"elsewhere__link": "https://blog.test/answer"},
    }
    state = {"monitor": "monitored", "dismiss": "dismissed", "answer_elsewhere": "answered"}.get(action, action)
    assert not fill(person, card.dialog(person, action, menu=True), **answers[action])
    card.offers("Reopen", "History")
    tally.done[card.channel.removeprefix("#"), state] += 1


def work_a_day(office: Office) -> Tally:
    """Seven mentions of three teams: one claimed after twenty minutes, five decided, two left open."""
    tally, ana = Tally(), office.person("ana")
    billing = [arrive(office, tally, "billing", f"billing awful, says {name}") for name in ("asp", "boa", "cat", "dog")]
    outage = [arrive(office, tally, "engineering", f"an outage, says {name}") for name in ("elk", "fly")]
    praise = arrive(office, tally, "brand", "praise and love, says gnu")
    office.clock.forward(minutes=20)
    billing[0].click(ana, "claim")
    billing[0].shows("Claimed")
    decide(billing[0], ana, tally, "answer_elsewhere")
    decide(billing[1], ana, tally, "let_stand")
    decide(billing[2], ana, tally, "monitor")
    decide(outage[0], ana, tally, "dismiss")
    decide(praise, ana, tally, "answer_elsewhere")
    return tally


def ask(office: Office, manager: Person, words: str) -> tuple[dict[str, dict[str, str]], dict[str, Any]]:
    """A report's CSV by department, and its message, both newer than what was there."""
    room = office.direct(manager)
    before = {each["ts"] for each in manager.messages(room)} if room else set()

    def fresh() -> list[dict[str, Any]]:
        seen = manager.messages(office.direct(manager)) if office.direct(manager) else []
        return [each for each in seen if each["ts"] not in before]

    manager.command(f"/engagement-report {words}", "#leads")
    (with_csv,) = until(lambda: [each for each in fresh() if _file(each, ".csv")], "the CSV")
    rows = csv.DictReader(io.StringIO(office.get(_file(with_csv, ".csv")).decode()))
    return {row["department"]: row for row in rows}, next(each for each in fresh() if each.get("blocks"))


def _file(message: dict[str, Any], ending: str) -> str:
    found = (each["url_private"] for each in message.get("files") or [] if each["name"].endswith(ending))
    return str(next(found, ""))


def charted(message: dict[str, Any]) -> dict[str, int]:
    """What the chart's lines add up to, by name."""
    chart = next(each for each in message["blocks"] if each["type"] == "data_visualization")["chart"]
    return {one["name"]: sum(point["value"] for point in one["data"]) for one in chart["series"]}


def test_the_report_says_what_happened(own_office: Office) -> None:
    office, mia = own_office, own_office.person("mia")
    tally = work_a_day(office)
    rows, message = ask(office, mia, "")
    for team in ("billing", "engineering", "brand", "triage", "total"):
        expected = tally.of(team)
        assert {name: rows[team][name] for name in expected} == expected, team
    assert 20 <= float(rows["billing"]["claim_median_min"]) <= 24
    assert charted(message) == {"Mentions": 7, "Decided": 5, "Answered": 2, "Detractors (est.)": 4}
    told = visible_text(message)
    assert "*7 mentions* (0 before), 5 decided (71%). 2 open now" in told
    mia.expect_message("#leads", containing="7 mentions, 5 decided, 2 open now.", within=PATIENCE)

    for words in ("billing", "7d billing", "billing 30d"):
        rows, _ = ask(office, mia, words)
        assert set(rows) == {"billing", "total"}
        assert rows["total"]["mentions"] == "4"

    office.clock.forward(minutes=10 * 24 * 60)
    assert arrive(office, Tally(), "billing", "billing awful, says hen")
    late, _ = ask(office, mia, "7d")
    assert (late["total"]["mentions"], late["total"]["mentions_before"], late["total"]["open_now"]) == ("1", "7", "3")
    month, _ = ask(office, mia, "30d")
    assert (month["total"]["mentions"], month["total"]["decisions"]) == ("8", "5")
    ranged, _ = ask(office, mia, "2026-06-01..2026-06-02")
    assert (ranged["total"]["mentions"], ranged["billing"]["promises_due"]) == ("7", "8")
    assert ranged["billing"]["promises_kept"] == "6", "both of the three decided ones, none of the one left open"


def test_a_workspace_without_charts_gets_a_picture(office: Office) -> None:
    mia = office.person("mia")
    office.fault(method="chat.postMessage", effect="error", error="invalid_blocks", times=1)
    rows, message = ask(office, mia, "7d")
    assert set(rows) == {"billing", "engineering", "brand", "triage", "total"}
    assert not any(block["type"] in ("data_visualization", "table") for block in message["blocks"])
    with_picture = next(each for each in mia.messages(office.direct(mia)) if _file(each, ".png"))
    assert office.get(_file(with_picture, ".png")).startswith(PNG)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("soonish", "“soonish” is not a period. Write 7d, 30d or 2026-01-01..2026-01-31."),
        ("2026-02-02..2026-01-01", "The period ends (2026-01-01) before it begins (2026-02-02)."),
        ("7d marketing", "“7d marketing” is not a period."),
        ("0d", "A period has 1 to 366 days, not 0."),
    ],
)
def test_nonsense_is_answered_with_what_can_be_asked(office: Office, words: str, sentence: str) -> None:
    mia = office.person("mia")
    mia.command(f"/engagement-report {words}", "#leads")
    told = mia.expect_message("#leads", containing=sentence, within=PATIENCE)
    assert told["is_ephemeral"]
    assert "Departments are: billing, brand, engineering, triage." in visible_text(told)


def test_others_are_told_whom_to_ask(office: Office, ben: Person) -> None:
    ben.command("/engagement-report 7d", "#billing")
    told = ben.expect_message("#billing", containing="Only Mia can see the engagement report.", within=PATIENCE)
    assert told["is_ephemeral"]
    assert not (office.direct(ben) and any(each.get("files") for each in ben.messages(office.direct(ben))))


def test_a_command_that_slack_delivers_twice_gives_one_report(own_office: Office) -> None:
    mia = own_office.person("mia")
    with own_office.everything_twice():
        ask(own_office, mia, "7d")
    ask(own_office, mia, "7d")  # by the time that this one is here, a second one of the first would be too
    reports = [each for each in mia.messages(own_office.direct(mia)) if _file(each, ".csv")]
    assert len(reports) == 2
