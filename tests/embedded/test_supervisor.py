"""The supervisor: order, restarts, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.embedded.processes import alive, wait_until

SCRIPT = Path(__file__).with_name("small_supervisor.py")
SLEEPER = "echo $$ >> $FOLDER/pids; exec sleep 600"
TELLS_ITS_END = (
    "trap 'echo {name} >> $FOLDER/ends; exit' TERM; touch $FOLDER/{name}-listens;"
    " while :; do sleep 0.02; done"
)


class Supervised:
    def __init__(self, folder, children):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, SCRIPT, folder, json.dumps(children)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def state(self):
        path = self.folder / "state.json"
        return json.loads(path.read_text()) if path.exists() else {"ready": False, "pids": {}}

    def pid(self, name):
        return self.state()["pids"].get(name)

    def until(self, condition):
        assert wait_until(condition, seconds=15), self.state()

    def until_ready(self):
        self.until(lambda: self.state()["ready"])

    def until_restarted(self, name, old):
        self.until(lambda: self.state()["ready"] and self.pid(name) not in {None, old})
        return self.pid(name)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@pytest.fixture
def supervise(tmp_path):
    started = []

    def supervise(*children):
        started.append(Supervised(tmp_path, children))
        return started[-1]

    yield supervise
    for one in started:
        one.process.terminate()
        one.process.communicate(timeout=30)


def test_a_child_that_dies_is_started_again_and_the_others_stay(supervise):
    running = supervise({"name": "web", "run": SLEEPER}, {"name": "worker", "run": SLEEPER})
    running.until_ready()
    web, worker = running.pid("web"), running.pid("worker")
    os.kill(web, signal.SIGKILL)
    running.until_restarted("web", web)
    assert running.pid("worker") == worker
    assert running.state()["children"]["web"] == {
        "state": "running",
        "starts": 2,
        "last_end": "signal 9",
    }


def test_one_that_dies_at_once_again_and_again_is_never_given_up(supervise, tmp_path):
    run = "test -e $FOLDER/broken && exit 3; exec sleep 600"
    running = supervise({"name": "web", "run": run})
    running.until_ready()
    (tmp_path / "broken").touch()
    os.kill(running.pid("web"), signal.SIGKILL)
    running.until(lambda: running.state()["children"]["web"]["starts"] >= 4)
    assert not running.state()["ready"] or running.pid("web")
    assert running.state()["children"]["web"]["last_end"] == "exit code 3"
    (tmp_path / "broken").unlink()
    running.until(lambda: alive(running.pid("web") or 0) and running.state()["ready"])


def test_one_that_never_came_up_ends_everything_with_the_reason(supervise, tmp_path):
    running = supervise(
        {"name": "postgres", "run": SLEEPER},
        {"name": "migrate", "run": "echo no such table; exit 4", "once": True},
    )
    said, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 1
    assert "migrate did not start (exit code 4)" in said
    assert "no such table" in said
    assert not alive(int((tmp_path / "pids").read_text()))


def test_children_start_in_order_when_those_before_are_ready(supervise, tmp_path):
    running = supervise(
        {"name": "postgres", "run": SLEEPER, "ready": "postgres-is-ready"},
        {"name": "migrate", "run": "touch $FOLDER/migrated", "once": True},
        {"name": "web", "run": "test -e $FOLDER/migrated && exec sleep 600"},
    )
    running.until(lambda: running.pid("postgres"))
    assert not (tmp_path / "migrated").exists()
    (tmp_path / "postgres-is-ready").touch()
    running.until_ready()
    assert running.state()["children"]["web"]["starts"] == 1
    assert running.state()["children"]["migrate"]["state"] == "done"


def test_they_stop_in_reverse_order(supervise, tmp_path):
    names = ["postgres", "worker", "web"]
    running = supervise(
        *(
            {"name": name, "run": TELLS_ITS_END.format(name=name), "ready": f"{name}-listens"}
            for name in names
        )
    )
    running.until_ready()
    assert running.stop() == 0
    assert (tmp_path / "ends").read_text().split() == ["web", "worker", "postgres"]


def test_one_that_does_not_stop_is_killed(supervise, tmp_path):
    tells_its_pid = "echo $$ > $FOLDER/new; mv $FOLDER/new $FOLDER/pids"
    deaf = f"trap '' TERM; {tells_its_pid}; while :; do sleep 0.05; done"
    running = supervise({"name": "web", "run": deaf, "stop_seconds": 0.3})
    running.until((tmp_path / "pids").exists)
    running.until_ready()
    assert running.stop() == 0
    assert not alive(int((tmp_path / "pids").read_text()))


def test_one_that_is_never_ready_is_started_again(supervise):
    running = supervise({"name": "web", "run": SLEEPER, "ready": "never", "start_seconds": 0.2})
    running.until(
        lambda: running.state().get("children", {"web": {"starts": 0}})["web"]["starts"] >= 2
    )
    assert running.state()["children"]["web"]["last_end"] == "not ready after 0 s"


def test_what_a_killed_child_leaves_is_ended_before_its_successor_starts(supervise, tmp_path):
    forks = (
        "test -e $FOLDER/grandchild && kill -0 $(cat $FOLDER/grandchild) && exit 5;"
        "sleep 600 & echo $! > $FOLDER/new; mv $FOLDER/new $FOLDER/grandchild; wait"
    )
    running = supervise({"name": "web", "run": forks})
    running.until((tmp_path / "grandchild").exists)
    web, grandchild = running.pid("web"), int((tmp_path / "grandchild").read_text())
    os.kill(web, signal.SIGKILL)
    running.until_restarted("web", web)
    assert not alive(grandchild)
    assert running.state()["children"]["web"]["last_end"] == "signal 9"


def test_children_end_with_a_supervisor_that_is_killed(supervise):
    running = supervise({"name": "web", "run": SLEEPER}, {"name": "worker", "run": SLEEPER})
    running.until_ready()
    pids = [running.pid("web"), running.pid("worker")]
    running.process.kill()
    assert wait_until(lambda: not any(map(alive, pids)), seconds=10)


def test_a_child_that_cannot_be_started_at_all_is_named(supervise, tmp_path):
    (tmp_path / "web.log").mkdir()
    running = supervise({"name": "postgres", "run": SLEEPER}, {"name": "web", "run": SLEEPER})
    said, _ = running.process.communicate(timeout=30)
    assert running.process.returncode == 1
    assert "web cannot be started" in said
    assert not alive(int((tmp_path / "pids").read_text()))
