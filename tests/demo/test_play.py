"""The whole demo on a real server, small: everything arrives once, and the figures are right."""

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from functools import partial

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app import pipeline
from app.cli.demo_programme import hand_out, prepare
from app.clock import today
from app.db import db, transaction
from app.demo import record, state
from app.demo.figures import INDICATORS, compare, four_readings
from app.demo.plan import make_plan
from app.demo.play import play
from app.fieldwork.models import Assignment
from app.households.models import Household
from app.projects.queries import first_project
from app.submissions.models import Instance, Submission

HOUSEHOLDS, SEED = 40, 5


class Silence:
    def step(self) -> None:
        pass


@pytest.fixture
def base_url(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def first_project_is_one(app: Flask) -> None:
    # A new installation has project 1; ids go on from test to test.
    with transaction():
        project = first_project()
        db.session.execute(db.text("update projects set id = 1 where id = :id"), {"id": project.id})
    db.session.expire_all()


@pytest.fixture
def day() -> date:
    return today()


def settle() -> None:
    pipeline.settle()
    db.session.rollback()


def progress(_label: str, _total: int):
    return nullcontext(Silence())


def test_the_demo_end_to_end(first_project_is_one, base_url, tmp_path, day):
    programme = prepare(tmp_path, day, told=lambda _: None)
    plan = make_plan(SEED, HOUSEHOLDS, day)
    record.write(tmp_path, plan, programme["villages"], programme["round"])
    running = {"base_url": base_url, "data_dir": str(tmp_path)} | dict.fromkeys(state.PROCESSES)
    sent = {interview.instance_id(SEED) for interview in plan.interviews}

    for _ in range(2):  # the second time is what a resumed demo does
        play(
            plan, programme, base_url,
            settle=settle, hand_out=partial(hand_out, programme), progress=progress,
        )  # fmt: skip

        arrived = db.session.scalars(db.select(Instance.instance_id)).all()
        assert sorted(arrived) == sorted(sent)
        given = db.session.scalars(db.select(Assignment.household)).all()
        listed = db.session.scalars(db.select(Household.code)).all()
        assert 0 < len(given) <= len(listed)
        assert set(given) <= set(listed)
        states = set(db.session.scalars(db.select(Submission.state)))
        assert {"approved", "received"} <= states
        db.session.rollback()

        compared = compare(tmp_path, state.complete(programme, running))
        assert {figure.indicator for figure in compared} == set(INDICATORS)
        assert len([f for f in compared if f.level == "commune"]) == 4 * len(INDICATORS)
        assert [figure for figure in compared if not figure.agrees] == []
        # Whom the server draws differs each time: of few, none may have answered both forms.
        communes = [f for f in compared if f.level == "commune"]
        assert all(f.read is not None for f in communes if f.indicator != "XHS-25")
        assert any(f.read is not None for f in communes if f.indicator == "XHS-25")

        readings = four_readings(tmp_path, state.complete(programme, running))
        assert {(boundaries, f.place) for (boundaries, _), f in readings.items()} == {
            ("old", "23860"), ("new", "23869")
        }  # fmt: skip
        assert all(f.agrees and f.read is not None for f in readings.values())


def test_preparing_again_changes_nothing(first_project_is_one, tmp_path, day):
    first = prepare(tmp_path, day, told=lambda _: None)
    again = prepare(tmp_path, day, told=lambda _: None)
    assert again == first

    (tmp_path / "programme.json").unlink()  # interrupted before it was written
    anew = prepare(tmp_path, day, told=lambda _: None)
    assert anew["villages"] == first["villages"]
    assert [s["token"] for s in anew["surveyors"]] == [s["token"] for s in first["surveyors"]]
    assert anew["round"] == first["round"]
