"""`thonso users`: from an empty installation to people, phones and keys that work."""

import re

import pytest

from app.accounts.actors import user_actor
from app.accounts.phones import phone_by_token
from app.accounts.sessions import sign_in
from app.accounts.tokens import find_api_token, hash_token
from app.accounts.users import get_user, transfer_password
from app.db import db, transaction
from app.errors import Problem
from app.projects.queries import create_project, get_project
from tests.people import IA_DOM, PASSWORD, project, surveyor, village

TYPED = f"{PASSWORD}\n{PASSWORD}\n"


@pytest.fixture
def survey(app):
    """A project, on record for other processes too."""
    made = project()
    db.session.commit()
    return made.id


@pytest.fixture
def binh(thonso, survey):
    assert thonso("users create binh --full-name 'Lê Bình'", TYPED).exit_code == 0


def actor(username: str):
    db.session.rollback()  # what the command did is seen by a new transaction
    return user_actor(get_user(username).id)


def test_the_first_administrator_of_an_empty_installation(thonso, app):
    number = project().id
    db.session.commit()

    done = thonso(f"users create-admin An --project {number}", TYPED)

    assert done.exit_code == 0, done.output
    assert f"an is administrator of project {number}: 52  Gia Lai Province." in done.output
    assert actor("an").may("user.manage", number)
    assert sign_in("an", PASSWORD)


def test_an_administrator_brings_the_province_of_a_project_that_has_none(thonso, app):
    number = create_project("Xã hội số").id
    db.session.commit()

    refused = thonso(f"users create-admin an --project {number}", TYPED)
    done = thonso(f"users create-admin an --project {number} --province 52", TYPED)
    other = thonso(f"users create-admin binh --project {number} --province 01", TYPED)

    assert (refused.exit_code, done.exit_code, other.exit_code) == (1, 0, 1)
    assert "--province 52" in refused.output
    assert "Gia Lai" in other.output
    db.session.rollback()
    assert get_project(number).org_unit_id is not None


def test_a_password_is_read_from_input_or_drawn(thonso, survey):
    read = thonso("users create an --password-stdin", "mật khẩu của An\n")
    drawn = thonso("users create binh --generate")

    assert (read.exit_code, drawn.exit_code) == (0, 0)
    db.session.rollback()
    assert sign_in("an", "mật khẩu của An")
    assert sign_in("binh", re.search(r"^Password: (\S+)$", drawn.output, re.MULTILINE)[1])


def test_a_bad_password_and_a_taken_name_are_told_in_one_line(thonso, binh):
    short = thonso("users create an --password-stdin", "short\n")
    taken = thonso("users create BINH", TYPED)

    assert (short.exit_code, taken.exit_code) == (1, 1)
    assert "Error: A password has 10 to 500 characters." in short.output
    assert "Error: There is already an account binh." in taken.output


def test_a_role_is_given_and_taken_back(thonso, survey, binh):
    given = thonso(f"users grant binh commune_reviewer {IA_DOM} --project {survey}")
    assert given.exit_code == 0, given.output
    assert "Ia Dom" in given.output
    assert actor("binh").may("submission.decide", survey)

    taken = thonso(f"users revoke binh commune_reviewer {IA_DOM} --project {survey}")
    again = thonso(f"users revoke binh commune_reviewer {IA_DOM} --project {survey}")

    assert (taken.exit_code, again.exit_code) == (0, 1)
    assert not actor("binh").may("submission.decide")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("users grant nobody auditor 23872", "There is no account nobody."),
        ("users grant binh king 23872", "The role king cannot be given"),
        ("users grant binh auditor 00000", "thonso units find NAME"),
        ("users disable nobody", "There is no account nobody."),
        ("users api-token nobody board", "There is no account nobody."),
        ("users show-app-user nobody", "no surveyor nobody"),
        ("users app-user Lan lan T-00000", "No place has the code T-00000"),
        ("users revoke-api-token binh 99", "Error: "),
    ],
)
def test_mistakes_are_told_with_what_to_do(thonso, survey, binh, command, says):
    line = command if "api" in command or "disable" in command else f"{command} --project {survey}"

    done = thonso(line)

    assert done.exit_code == 1
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_disabled_account_cannot_sign_in_until_it_is_enabled(thonso, binh):
    assert thonso("users disable binh").exit_code == 0
    with pytest.raises(Problem):
        actor("binh")

    assert thonso("users enable binh").exit_code == 0
    assert actor("binh").name == "Lê Bình"


def test_a_new_password_says_which_keys_still_work(thonso, binh):
    thonso("users api-token binh board")

    done = thonso("users reset-password binh --password-stdin", "another good one\n")

    assert done.exit_code == 0
    assert "1 API keys still work" in done.output
    db.session.rollback()
    assert sign_in("binh", "another good one")


def test_keys_are_made_shown_and_ended(thonso, binh):
    made = thonso("users api-token binh board --days 30")
    token = made.output.split()[-1]
    listed = thonso("users api-tokens binh").output

    assert find_api_token(token).name == "Lê Bình"
    assert "board" in listed
    assert token not in listed

    ended = thonso(f"users revoke-api-token binh {listed.split()[0]}")

    assert ended.exit_code == 0, ended.output
    db.session.rollback()
    db.session.expire_all()
    assert find_api_token(token) is None


def test_a_surveyors_phone_from_its_address_to_its_end(thonso, survey):
    place = village()
    db.session.commit()
    server = f"--server https://xhs.example --project {survey}"

    made = thonso(f"users app-user 'Rơ Châm Lan' lan {place.public_id} {server}")
    again = thonso(f"users show-app-user lan {server}")
    token = re.search(r"https://xhs\.example/v1/key/(\S+)/projects/", made.output)[1]

    assert made.exit_code == 0, made.output
    assert again.output == made.output
    assert phone_by_token(hash_token(token), survey).actor.name == "Rơ Châm Lan"

    renewed = thonso(f"users renew-app-user lan {server}")

    assert token not in renewed.output
    assert phone_by_token(hash_token(token), survey) is None
    assert thonso(f"users revoke-app-user lan --project {survey}").exit_code == 0
    assert "has ended" in thonso(f"users show-app-user lan {server}").output


def test_a_phones_places_grow_and_shrink(thonso, survey):
    one, other = village(), village("Mook Trang")
    db.session.commit()
    project = f"--project {survey}"
    thonso(f"users app-user Lan lan {one.public_id} {project}")
    wider = thonso(f"users widen-app-user lan {other.public_id} {IA_DOM} {project}").output
    assert [other.public_id in wider, IA_DOM in wider, one.public_id in wider] == [True] * 3
    less = thonso(f"users narrow-app-user lan {one.public_id} {IA_DOM} {project}").output
    assert [other.public_id in less, IA_DOM in less, one.public_id in less] == [True, False, False]
    last = thonso(f"users narrow-app-user lan {other.public_id} {project}")
    assert last.exit_code == 1
    assert "only place" in last.output
    assert thonso(f"users narrow-app-user lan {one.public_id} {project}").exit_code == 1
    assert thonso(f"users widen-app-user lan 52 {project}").exit_code == 1


def test_the_list_shows_who_holds_what_where(thonso, survey, binh):
    place = village("Mook Đen")
    db.session.commit()
    thonso(f"users grant binh auditor 52 --project {survey}")
    thonso(f"users app-user Lan lan {place.public_id} --project {survey}")
    thonso(f"users revoke-app-user lan --project {survey}")

    listed = thonso("users list").output

    assert re.search(
        r"^binh  Lê Bình\n    auditor, project \d+: 52  .*Gia Lai", listed, re.MULTILINE
    )
    assert re.search(r"^phone lan  Lan  \(ended .*\)\n    project .*Mook Đen", listed, re.MULTILINE)


def test_a_phones_code_on_the_terminal_and_as_a_picture(thonso, app, tmp_path):
    with transaction():
        programme = project()
        surveyor(village(), of=programme)
    shown = thonso(
        f"users show-app-user dtv01 --project {programme.id} --qr --save {tmp_path}/a.png"
    )
    assert shown.exit_code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    refused = thonso(f"users show-app-user dtv01 --project {programme.id} --save {tmp_path}/a.gif")
    assert "ends in .png or .svg" in refused.output


def test_what_a_projects_codes_set_phones_to(thonso, app):
    with transaction():
        programme = project()
    changed = thonso(f"projects phones {programme.id} --sends wifi_only --delete-sent --name Đợt")
    assert "autosend: wifi_only\n" in changed.output
    assert "delete_send: True\n" in thonso(f"projects phones {programme.id}").output
    assert thonso(f"projects phones {programme.id} --color green").exit_code == 1


def test_the_password_for_briefcase(thonso, survey):
    thonso("users create lan", TYPED)
    shown = thonso(f"users briefcase lan --project {survey} --server https://so.example").output
    assert f"https://so.example/v1/briefcase/projects/{survey}\n" in shown
    password = re.search(r"Password: (\w+)", shown)[1]
    assert password == transfer_password(get_user("lan"))
    assert len(password) == 16
