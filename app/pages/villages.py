"""Villages by page: one by one, a province's list of them, and other names of places."""

from collections import Counter
from pathlib import PurePath
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from app import village_lists
from app.access import requires, takes
from app.accounts.territory import get_unit
from app.db import transaction
from app.errors import BadRequest, NotFound
from app.extensions import secret_key
from app.org_units.aliases import add_alias, remove_alias
from app.org_units.models import OrgUnit
from app.org_units.queries import code_of
from app.org_units.village_checks import TYPES
from app.org_units.village_sheet import HEADERS, Mistake
from app.pages.blueprint import pages
from app.pages.inputs import posted
from app.pages.places import MANAGE, place_page
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.storage.blobs import blob_path, store
from app.village_lists import Report

LARGEST_LIST = 8 * 1024 * 1024  # bytes
HOUR = 3600
FIELDS = ("name", "type", "lay_in", "longitude", "latitude", "valid_from", "aliases", "confirm")
CONFIRMED = {"twice_but_marks", "exists_but_marks", "similar"}  # mistakes that may be none
MOST = 500  # mistakes on one page


@pages.get(f"/places/<{UNIT}:unit_id>/villages/new")
@requires(MANAGE)
def new_village(unit_id: int) -> ResponseReturnValue:
    """An empty form for a village of a commune."""
    return _form(get_unit(reader(), MANAGE, unit_id, level="commune"), {})


@pages.post(f"/places/<{UNIT}:unit_id>/villages/new")
@requires(MANAGE)
def add_village(unit_id: int) -> ResponseReturnValue:
    """Enters a village, or shows the form again with what is wrong."""
    commune = get_unit(reader(), MANAGE, unit_id, level="commune")
    said = {field: posted(field) for field in FIELDS} | {"commune": code_of(commune) or ""}
    with transaction():
        report = village_lists.add_village(said, actor=reader())
        address = [url_for("pages.show_place", unit_id=village.id) for village in report.made]
    if report.mistakes:
        return _form(commune, said, report), BadRequest.status
    return redirect(address[0], 303)


@pages.post(f"/places/<{UNIT}:unit_id>/names")
@requires(MANAGE)
def change_names(unit_id: int) -> ResponseReturnValue:
    """Adds another name of a place, or takes one away."""
    actor = reader()
    unit = get_unit(actor, MANAGE, unit_id)
    change = remove_alias if posted("act") == "remove" else add_alias
    try:
        with transaction():
            change(unit, posted("name"), actor=actor.label)
    except (BadRequest, NotFound) as problem:
        return place_page(unit, problem), problem.status
    return redirect(url_for("pages.show_place", unit_id=unit_id), 303)


@pages.get("/places/villages")
@requires(MANAGE)
def new_village_list() -> ResponseReturnValue:
    """Where a province's list of villages is handed in."""
    return _list()


@pages.post("/places/villages/check")
@requires(MANAGE)
@takes(LARGEST_LIST)
def check_village_list() -> ResponseReturnValue:
    """Checks a list and keeps nothing: what is wrong with which row, and how many are right."""
    file = request.files.get("list")
    if file is None or not file.filename:
        problem = BadRequest("Choose a file: a list of villages (.xlsx, .xls, .csv).")
        return _list(problem=problem), problem.status
    name = PurePath(file.filename.replace("\\", "/").replace("\0", "")).name
    kept = {"name": name, "sha256": store(file.stream).sha256.hex()}  # type: ignore[arg-type]
    return _checked(kept)


@pages.post("/places/villages")
@requires(MANAGE)
def take_village_list_in() -> ResponseReturnValue:
    """Takes in what was checked, with the rows that were left out or confirmed; all or nothing."""
    try:
        kept = _tickets().loads(posted("ticket", longest=None), max_age=HOUR)
    except BadData as error:
        raise BadRequest("This check is too old. Hand the file in again.") from error
    return _checked(kept, take_in=posted("act") == "take")


def _checked(kept: dict[str, str], *, take_in: bool = False) -> ResponseReturnValue:
    skipped, confirmed = _rows("skip"), _rows("confirm")
    content = blob_path(bytes.fromhex(kept["sha256"])).read_bytes()
    with transaction():
        report = village_lists.take_in(
            content, PurePath(kept["name"]).suffix, actor=reader(),
            skipped=skipped, confirmed=confirmed, dry_run=not take_in,
        )  # fmt: skip
        communes = Counter(village.id for village in report.made)
    return _list(kept, report, skipped=skipped, confirmed=confirmed, made=len(communes))


def _rows(name: str) -> set[int]:
    """Rows that were ticked, now or before."""
    return {int(text) for text in request.form.getlist(name) if text.isdecimal() and len(text) < 6}  # noqa: PLR2004


def _list(kept: dict[str, str] | None = None, report: Report | None = None, **more: Any) -> str:
    mistakes: list[Mistake] = list(report.mistakes) if report else []
    return render_template(
        "village_list.html",
        name=kept and kept["name"],
        ticket=_tickets().dumps(kept) if kept else None,
        report=report,
        mistakes=[(one, village_lists.said(one)) for one in mistakes[:MOST]],
        most=MOST,
        may_confirm=CONFIRMED,
        columns={field: words[0] for field, words in HEADERS.items()},
        types=TYPES,
        **{"skipped": set(), "confirmed": set(), "made": 0, "problem": None} | more,
    )


def _tickets() -> URLSafeTimedSerializer:
    """Signs which file was checked, so that exactly that is taken in, by whom it was checked."""
    return URLSafeTimedSerializer(secret_key(), salt=f"villages:{reader().label}")


def _form(commune: OrgUnit, said: dict[str, str], report: Report | None = None) -> str:
    mistakes = report.mistakes if report else ()
    return render_template(
        "village_form.html",
        commune=commune,
        said=said,
        wrong={one.field: village_lists.said(one) for one in mistakes},
        may_confirm=any(one.code in CONFIRMED for one in mistakes),
        types=TYPES,
    )
