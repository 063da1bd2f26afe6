"""Rotas and the keys of an escalation: what is read, and what is said where it makes no sense."""

from datetime import date, time
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.domain.escalation import Quiet
from bot.errors import ConfigError

COMPANY = """
[company]
name = "Acme"
zone = "Europe/Lisbon"

[triage]
department = "care"

[[topics]]
name = "billing"
department = "care"

[[departments]]
name = "care"
channel = "#care"
"""
ROTA = """
[[rotas]]
name = "care"
people = ["@ana", "nobody", "@ana"]
starts = 2026-01-05
"""


def loaded(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file, {})


def test_a_rota_has_the_companys_zone_and_hands_over_weekly_at_nine(tmp_path: Path) -> None:
    config = loaded(tmp_path, COMPANY + ROTA)
    (rota,) = config.rotas
    assert (rota.people, rota.starts) == (("@ana", "nobody", "@ana"), date(2026, 1, 5))
    assert (rota.turn_days, rota.handover, rota.zone) == (7, time(9), "Europe/Lisbon")


def test_a_chain_may_call_a_rota_and_has_quiet_hours(tmp_path: Path) -> None:
    chain = 'escalation = [{notify = ["oncall:care"]}]\nescalation_repeats = 3\nquiet_hours = ["22:00-07:00"]\n'
    (department,) = loaded(tmp_path, COMPANY + chain + ROTA).departments
    assert department.escalation[0].notify == ("oncall:care",)
    assert department.escalation_repeats == 3
    assert department.quiet_hours == (Quiet(begins=time(22), ends=time(7)),)


def test_a_chain_is_repeated_once_where_nobody_says_otherwise(tmp_path: Path) -> None:
    (department,) = loaded(tmp_path, COMPANY).departments
    assert (department.escalation_repeats, department.quiet_hours) == (1, ())


@pytest.mark.parametrize(
    ("keys", "rota", "said"),
    [
        ('escalation = [{notify = ["oncall:cere"]}]', ROTA, "there is no rota “cere”"),
        ("escalation_repeats = 6", "", "escalation_repeats"),
        ('quiet_hours = ["22:00"]', "", "such as 22:00-07:00"),
        ('quiet_hours = ["22:00-07:00", "07:00-22:00"]', "", "nobody would ever be called"),
        ("", ROTA + 'turn = "36h"', "write whole days"),
        ("", ROTA + 'turn = "0d"', "write whole days"),
        ("", ROTA + 'handover = "9"', "write a time of day"),
        ("", ROTA + 'zone = "Mars/Olympus"', "is not a time zone"),
        ("", ROTA.replace('"nobody"', '"somebody"'), "nobody"),
        ("", ROTA.replace("2026-01-05", '"2026-01-05"'), "starts"),
        ("", ROTA + ROTA, "the name “care” is taken"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, keys: str, rota: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        loaded(tmp_path, f"{COMPANY}{keys}\n{rota}")
