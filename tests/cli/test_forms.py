"""`thonso forms`: errors with file, sheet and cell; nothing half-published; 0 or 1 at the end."""

import pytest

from app.db import transaction
from app.forms.queries import list_forms
from tests import people
from tests.guide import JOINED, WHOLE
from tests.small_forms import WELL


@pytest.fixture
def project(app):
    with transaction():
        return people.project()


@pytest.fixture
def write(tmp_path):
    """A maker of files: name, text -> path."""

    def write(name, text=WELL):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def published(project):
    return {form.xml_form_id: form.current_version.version for form in list_forms(project.id)}


def test_a_form_is_published(thonso, project, write):
    path = write("well.md")
    write("media/dug.png", "png")

    done = thonso(f"forms publish {path} --media {path.parent / 'media'} --project {project.id}")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{path}: well version 1 is published.\n"
    assert published(project) == {"well": "1"}


def test_the_workbooks_of_the_guide_are_published_as_they_stand(thonso, project, write):
    other = JOINED[::-1]  # the form that is joined goes first
    paths = [write(f"{place}.md", text) for place, text in enumerate([*WHOLE, *other])]
    files = " ".join(map(str, paths))

    checked = thonso(f"forms check {files} --project {project.id}")
    done = thonso(f"forms publish {files} --project {project.id}")

    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.count("can be published.") == len(paths)
    assert (done.exit_code, done.stderr) == (0, "")
    assert set(published(project)) == {"guide", "guide_p", "guide_v", "guide_n", "guide_s"}


def test_warnings_are_told_and_do_not_hinder(thonso, project, write):
    path = write("well.md")

    done = thonso(f"forms publish {path} --project {project.id}")

    assert done.exit_code == 0
    assert done.stderr == f"{path}: warning: The form shows dug.png, which was not given with it.\n"


def test_errors_name_file_sheet_and_cell(thonso, project, write):
    broken = WELL.replace("select_one kind ", "select_one kin  ")
    path = write("well.md", broken)

    done = thonso(f"forms publish {path} --project {project.id}")

    assert done.exit_code == 1
    assert any(line.startswith(f"{path}: survey!") for line in done.stderr.splitlines())
    assert published(project) == {}


def test_a_faulty_form_does_not_hold_up_the_others(thonso, project, write):
    faulty, good = write("faulty.md", "| survey |\n"), write("well.md")

    done = thonso(f"forms publish {faulty} {good} --project {project.id}")

    assert done.exit_code == 1
    assert f"{faulty}: " in done.stderr
    assert published(project) == {"well": "1"}


def test_a_changed_form_under_a_published_version_is_refused(thonso, project, write):
    path = write("well.md")
    thonso(f"forms publish {path} --project {project.id}")
    write("well.md", WELL.replace("Kind ", "Sort "))

    for command in ("publish", "check"):
        done = thonso(f"forms {command} {path} --project {project.id}")
        assert done.exit_code == 1
        assert "Raise the version in the settings sheet" in done.stderr


def test_checking_says_the_same_and_publishes_nothing(thonso, project, write):
    good, faulty = write("well.md"), write("faulty.md", "| survey |\n")

    done = thonso(f"forms check {good}")
    assert done.exit_code == 0
    assert f"{good}: can be published." in done.stdout
    assert "dug.png" in done.stderr

    done = thonso(f"forms check {good} {faulty}")
    assert done.exit_code == 1
    assert f"{faulty}: can be published." not in done.stdout
    assert published(project) == {}


FAULTY = """
| indicators |
| | code | version | label | unit      | numerator  | by  |
| | W1   | 0       | W     | household | ${kind}    | sex |
| | W2   | 1       | W     | household | ${kinn}    |     |
"""


def test_an_author_reads_what_is_wrong_in_vietnamese_or_english(thonso, project, write):
    path, good = write("faulty.md", WELL + FAULTY), write("well.md")

    english = thonso(f"forms check {path}").stderr
    assert f"{path}: indicators!E3: There is no question kinn; is kind meant? At char" in english

    done = thonso(f"forms check {path} {good} --language vi")
    assert done.exit_code == 1
    assert done.stdout == f"{good}: có thể công bố.\n"
    for line in (
        "indicators!B2: Phiên bản là số nguyên từ 1 trở lên.",
        "indicators!F2: Không có phân tổ sex: hãy khai báo ở trang breakdowns.",
        "indicators!E2: ${kind} là một lựa chọn, không phải số (nếu muốn lấy chữ số của mã,",
        "hãy viết number(…)), ở ký tự thứ 1 (${kind}).",
        "indicators!E3: Không có câu hỏi kinn; có phải là kind? Ở ký tự thứ 1 (${kinn}).",
        "cảnh báo: Phiếu hiển thị dug.png",
    ):
        assert line in done.stderr


def test_a_project_that_is_not_there_is_told(thonso, app, write):
    done = thonso(f"forms publish {write('well.md')} --project 999999")

    assert done.exit_code == 1
    assert "There is no project 999999" in done.stderr


def test_the_list_shows_what_is_in_force(thonso, project, write):
    thonso(f"forms publish {write('well.md')} --project {project.id}")

    done = thonso(f"forms list --project {project.id}")

    assert done.stdout == "well  open  1  Wells & <springs>\n"


def test_a_form_is_given_to_some_places_and_closed(thonso, project, write):
    of = f"--project {project.id}"
    thonso(f"forms publish {write('well.md')} {of}")

    assert "Ia Dom" in thonso(f"forms assign well {people.IA_DOM} {people.PLEIKU} {of}").stdout
    assert thonso(f"forms state well closing {of}").stdout == "well is closing.\n"

    listed = thonso(f"forms list {of}").stdout.splitlines()
    assert listed[0] == "well  closing  1  Wells & <springs>"
    assert len([line for line in listed if line.startswith("    only for 23")]) == 2
    assert thonso(f"forms assign well {of}").stdout == "well is for all phones.\n"
    assert len(thonso(f"forms list {of}").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "told"),
    [("assign none", "no form none"), ("assign well 99999", "99999"),
     ("state none open", "no form none"), ("state well ajar", "ajar")],
)  # fmt: skip
def test_what_is_not_there_cannot_be_assigned_or_closed(thonso, project, write, command, told):
    thonso(f"forms publish {write('well.md')} --project {project.id}")

    done = thonso(f"forms {command} --project {project.id}")

    assert done.exit_code != 0
    assert told in done.stderr
