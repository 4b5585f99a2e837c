"""What the demo says at its end: where to go, as whom, the phone's code, and some figures."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from app.accounts.phone_settings import collect_settings
from app.demo.collect_code import draw, save_png
from app.demo.figures import INDICATORS, READ_TWICE, Compared, compare, four_readings

LABELS = {
    "XHS-01": "adults with a smartphone",
    "XHS-03": "households with fibre",
    "XHS-11": "people 15+ with an account",
    "XHS-25": "Internet users protected at basic level, of two forms",
}
CODE = "collect.png"


def show(folder: Path, demo: dict[str, Any]) -> bool:
    """Print everything; whether all figures equal those counted from the invented people."""
    _show_code(folder, demo)
    _show_addresses(demo)
    agree = _show_figures(compare(folder, demo))
    return _show_readings(four_readings(folder, demo)) and agree


def _show_code(folder: Path, demo: dict[str, Any]) -> None:
    surveyor = demo["surveyors"][0]
    programme = json.loads((folder / "programme.json").read_text(encoding="utf-8"))
    settings = collect_settings(
        surveyor["project_url"], programme["project_name"], surveyor["username"]
    )
    save_png(settings, folder / CODE)
    click.echo(f"\nODK Collect of surveyor {surveyor['name']}; also as {folder / CODE}\n")
    draw(settings, sys.stdout)
    click.echo(f"Address: {surveyor['project_url']}")


def _show_addresses(demo: dict[str, Any]) -> None:
    click.echo(f"\nPages: {demo['base_url']}   API: {demo['base_url']}/api/v1/openapi.json")
    click.echo(f"Key for the API: {demo['api_token']}\n")
    for user in demo["users"]:
        click.echo(f"  {user['username']:16} {user['password']}  {user['role']}")


def _show_figures(compared: Sequence[Compared]) -> bool:
    click.echo("\nFigures: as the API has them, and as counted from the invented people")
    for indicator in INDICATORS:
        click.echo(f"  {indicator} {LABELS[indicator]}")
        for figure in compared:
            if figure.indicator == indicator and (figure.level == "commune" or not figure.agrees):
                click.echo(f"    {figure.place:8} {figure.name:14} {_both(figure)}")
    villages = [figure for figure in compared if figure.level == "village"]
    equal = sum(figure.agrees for figure in villages)
    click.echo(f"  and of {len(villages)} figures of villages {equal} are the same.")
    return bool(compared) and all(figure.agrees for figure in compared)


def _show_readings(readings: Mapping[tuple[str, str], Compared]) -> bool:
    click.echo(f"\n{READ_TWICE} {LABELS[READ_TWICE]}, of one commune before and after 1 July 2025")
    for (boundaries, round_code), figure in readings.items():
        place = f"{figure.place} {figure.name}"
        click.echo(f"    {boundaries} boundaries, {place:14} round {round_code} {_both(figure)}")
    return all(figure.agrees and figure.read is not None for figure in readings.values())


def _both(figure: Compared) -> str:
    sign = "=" if figure.agrees else "≠"
    return f"{_percent(figure.read)} {sign} {_percent(figure.counted)}"


def _percent(value: float | None) -> str:
    return "      -" if value is None else f"{value:7.2%}"
