"""The same draw with other interpreters, hash seeds, languages, time zones, rows and collations."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import app
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.samples import change
from app.samples.design import fingerprint
from app.samples.frame import read_frame
from app.samples.queries import get_sample, households_of
from tests.samples import draw_elsewhere
from tests.samples.test_draw import DESIGNS, FRAME, GOLDEN
from tests.survey import start_survey

OTHERS = ("python3.12", "python3.13", "python3.14")
SURROUNDINGS = [
    {"PYTHONHASHSEED": "1"},
    {"PYTHONHASHSEED": "4294967295", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "99", "LC_ALL": "vi_VN.UTF-8", "TZ": "America/Los_Angeles"},
]


def drawn_by(python: str, **surroundings: str) -> dict[str, str]:
    folder = str(Path(app.__file__).parent)
    command = [python, "-s", draw_elsewhere.__file__, folder]
    known = {"PATH": os.environ["PATH"]} | surroundings
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda s: s["PYTHONHASHSEED"])
def test_in_other_surroundings(surroundings):
    expected = GOLDEN | {"frame": fingerprint(FRAME)}

    assert drawn_by(sys.executable, **surroundings) == expected


@pytest.mark.parametrize("python", OTHERS)
def test_with_another_interpreter(python):
    found = shutil.which(python)
    if found is None or subprocess.run([found, "-V"], capture_output=True, check=False).returncode:
        pytest.skip(f"{python} is not installed")

    assert drawn_by(found) == GOLDEN | {"frame": fingerprint(FRAME)}


def test_whatever_the_order_of_rows_and_the_collation_of_the_database(app):
    survey = start_survey(households=20)
    survey.register(30, survey.add_village("Mook Trang"))
    known = db.session.merge(survey.round)
    frame = read_frame(known)[0]
    collations = [
        name
        for (name,) in driver().execute(
            "select collname from pg_collation where collisdeterministic and collprovider <> 'i'"
            " and collencoding in (-1, 6) and collname <> 'default' order by 1"
        )
    ]
    assert {"C", "pg_c_utf8"} & set(collations)

    with transaction():
        change.draw_sample(known, DESIGNS["simple"], "s", actor=OPERATOR)
    first = [one.household for one in households_of(get_sample(survey.round.id))]
    for collation in collations:
        # Codes are compared otherwise, and rows lie in the order of their hashes.
        driver().execute(f'alter table households alter code type varchar collate "{collation}"')
        driver().execute(
            "create table again as select * from households order by md5(code || %s)", (collation,)
        )
        driver().execute("delete from households")
        driver().execute("insert into households overriding system value table again")
        driver().execute("drop table again")
        assert fingerprint(read_frame(known)[0]) == fingerprint(frame)
    change.discard_sample(known, actor=OPERATOR)
    change.draw_sample(known, DESIGNS["simple"], "s", actor=OPERATOR)
    assert [one.household for one in households_of(get_sample(survey.round.id))] == first
    db.session.rollback()
