"""Prepares the demo's programme: province, villages, round, questionnaires, people and phones.

Whatever is there already is taken as it is, so that an interrupted demo goes on where it stopped.
"""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.demo_people import PROJECT, make_people, make_surveyors
from app.demo import earlier
from app.demo.chance import numbers_of
from app.demo.places import COMMUNES, PROVINCE, REFORM, VILLAGES
from app.demo.plan import LISTING_DAYS, ROUND_DAYS, round_begins

if TYPE_CHECKING:
    from app.org_units.models import OrgUnit

NAME = "Xã hội số Gia Lai (dữ liệu mô phỏng)"
LEGAL_BASIS = "Kế hoạch mô phỏng, không có thật"
FORMS = Path(__file__).parent.parent.parent / "forms"


def prepare(folder: Path, day: date, told: Callable[[str], None]) -> dict[str, Any]:
    """Makes what is missing and gives what the demo needs to know of it, secrets included.

    The secrets are kept in the folder, since the database has only their hashes.
    """
    kept = folder / "programme.json"
    if kept.exists():
        known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    else:
        known = _make(day)
        draft = kept.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(kept)
    _publish(told)
    return known


def hand_out(programme: dict[str, Any]) -> None:
    """Gives the listed households that nobody has to the surveyors of their commune, evenly."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.fieldwork.assignments import share_evenly
    from app.fieldwork.deliveries import surveyors_in
    from app.rounds.queries import get_round

    for commune_id in programme["commune_ids"]:
        with transaction():
            ids = [one.id for one in surveyors_in(OPERATOR, PROJECT, commune_id)]
            share_evenly(get_round(PROJECT, programme["round"]), commune_id, ids, actor=OPERATOR)


def _make(day: date) -> dict[str, Any]:
    from app.db import transaction

    rng = numbers_of("accounts")
    with transaction():
        province = _place(PROVINCE)
        communes = [_place(code) for code in COMMUNES]
        _project(province.id)
        villages = _villages()
        code = _rounds(day)
        users, tokens = make_people(rng, province, communes)
        return {
            "project_id": PROJECT,
            "project_name": NAME,
            "round": code,
            "province_id": province.id,
            "commune_ids": [commune.id for commune in communes],
            "villages": {key: village.public_id for key, village in villages.items()},
            "surveyors": make_surveyors(rng, villages),
            "users": users,
            "api_token": tokens["api"],
            "reviewers": [tokens[f"reviewer.{commune}"] for commune in COMMUNES],
        }


def _publish(told: Callable[[str], None]) -> None:
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.forms.source import read_source
    from app.scorecards import catalog

    for workbook in sorted(FORMS.glob("*.xlsx")):
        told(workbook.stem)
        programme.publish(PROJECT, read_source(workbook), OPERATOR)
    for workbook in sorted(FORMS.glob("scorecards/*.xlsx")):
        told(workbook.stem)
        with transaction():
            catalog.publish(PROJECT, workbook.name, workbook.read_bytes(), OPERATOR)


def _place(code: str) -> "OrgUnit":
    from app.org_units.queries import find_by_code

    unit = find_by_code(code)
    assert unit is not None, f"the country's places have no {code}"
    return unit


def _project(province_id: int) -> None:
    from app.projects.queries import get_project

    project = get_project(PROJECT)
    if project.org_unit_id is not None and project.name != NAME:
        raise click.ClickException(
            f"Project {PROJECT} is “{project.name}”, which is no demo. Name another data folder "
            "with THONSO_DATA."
        )
    project.name, project.org_unit_id, project.language = NAME, province_id, "vi"


def _villages() -> "dict[str, OrgUnit]":
    from app.org_units.hierarchy import children
    from app.org_units.queries import find_by_code
    from app.org_units.villages import create_village

    before = REFORM - timedelta(1)
    made = {}
    for village in VILLAGES:
        commune = _place(village.commune)
        there = {(unit.name, unit.type): unit for unit in children(commune.id)}
        known = there.get((village.name, village.type))
        made[village.key] = known or create_village(
            commune.id, village.name, village.type,
            lay_in=find_by_code(village.old_commune, on=before),
        )  # fmt: skip
    return made


def _rounds(day: date) -> str:
    """The round that is under way, and an earlier one of one commune; the code of the first."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.rounds.change import set_review_policy
    from app.rounds.queries import list_rounds

    begins, ends = round_begins(day), day + timedelta(2 * ROUND_DAYS)
    code = f"{begins.year}-1"
    where = _place(earlier.COMMUNE).id
    calendar = (
        (begins + timedelta(LISTING_DAYS), "Xong danh sách hộ"),
        (day + timedelta(ROUND_DAYS), "Xong phỏng vấn"),
        (ends, "Duyệt xong mọi phiếu"),
    )
    wanted = (
        (earlier.CODE, earlier.BEGINS, earlier.ENDS, where, "approve-unflagged", ()),
        (code, begins, ends, None, "hold-all", calendar),
    )
    known = {round_.code for round_ in list_rounds(PROJECT)}
    for missing, first, last, place, policy, deadlines in wanted:
        if missing not in known:
            name = f"Đợt 1 năm {first.year} (mô phỏng)"
            programme.open_round(
                PROJECT, missing, name, first, last, actor=OPERATOR, legal_basis=LEGAL_BASIS,
                org_unit_id=place, deadlines=deadlines,
            )  # fmt: skip
            set_review_policy(PROJECT, missing, policy, actor=OPERATOR)
    return code
