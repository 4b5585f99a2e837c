import pytest

from app.demo import state

PROGRAMME = {
    "project_id": 1, "round": "2026-1", "province_id": 23, "commune_ids": [5, 6],
    "api_token": "key",
    "surveyors": [{"name": "Siu", "token": "t1", "username": "dtv01", "password": "p1"}],
    "users": [{"username": "admin", "password": "x", "role": "administrator", "unit_id": 23}],
    "reviewers": ["secret"],
}  # fmt: skip


@pytest.fixture
def running(tmp_path) -> dict:
    return {
        "base_url": "http://127.0.0.1:8000", "data_dir": str(tmp_path), "ready": True,
        "supervisor": 1, "web": 2, "worker": 3, "postgres": 4, "valkey": 5, "children": {},
    }  # fmt: skip


def test_there_is_no_demo_before_it_is_complete(tmp_path):
    assert state.read(tmp_path) is None


def test_the_file_is_as_scripts_expect_it(tmp_path, running):
    state.write(tmp_path, state.complete(PROGRAMME, running))
    demo = state.read(tmp_path)

    assert set(demo) == {
        "base_url", "project_id", "project_url", "data_dir", "round", "province_id", "commune_ids",
        "api_token", "surveyors", "users", "pids",
    }  # fmt: skip
    assert demo["project_url"] == "http://127.0.0.1:8000/v1/key/t1/projects/1"
    assert demo["surveyors"][0]["project_url"] == demo["project_url"]
    assert demo["pids"] == {"supervisor": 1, "web": 2, "worker": 3, "postgres": 4, "valkey": 5}
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0


def test_a_restarted_child_has_its_new_number_there(tmp_path, running):
    state.write(tmp_path, state.complete(PROGRAMME, running))
    state.follow(running | {"worker": 33, "base_url": "http://127.0.0.1:8001"})
    demo = state.read(tmp_path)

    assert demo["pids"]["worker"] == 33
    assert demo["surveyors"][0]["project_url"].startswith("http://127.0.0.1:8001/")


def test_while_a_child_is_down_the_file_stays(tmp_path, running):
    state.write(tmp_path, state.complete(PROGRAMME, running))
    state.follow(running | {"worker": None, "ready": False})

    assert state.read(tmp_path)["pids"]["worker"] == 3


def test_without_a_demo_the_supervisor_makes_none(tmp_path, running):
    state.follow(running)

    assert state.read(tmp_path) is None
