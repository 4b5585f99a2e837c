"""A whole installation by its commands: run, status, stop, and what comes back when killed."""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from app.config import embedded_database_url
from app.embedded.processes import alive, children_of, wait_until

CHILDREN = ("web", "worker", "postgres", "valkey")
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "THONSO_PORT", "THONSO_HOST", "THONSO_PUBLIC_URL")


class Installation:
    def __init__(self, data_dir):
        self.data_dir = data_dir

    def thonso(self, *words, **settings):
        kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        return subprocess.run(
            [sys.executable, "-m", "app.cli.main", *words],
            env=kept | {"THONSO_DATA": str(self.data_dir)} | settings,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, **settings):
        done = self.thonso("run", **settings)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self):
        return json.loads((self.data_dir / "run" / "state.json").read_text())

    def get(self, path):
        with urllib.request.urlopen(self.state()["base_url"] + path, timeout=30) as answer:
            return answer.status, answer.read()

    def kill_and_await_the_next(self, name):
        old = self.state()[name]
        os.kill(old, signal.SIGKILL)
        assert wait_until(lambda: self.is_up_again(name, old), seconds=60), self.state()

    def is_up_again(self, name, old):
        now = self.state()
        return now["ready"] and now[name] not in {None, old}


def tree(pid):
    return {pid}.union(*map(tree, children_of(pid)))


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    one = Installation(tmp_path_factory.mktemp("installation") / "var")
    said = one.run()
    assert one.state()["base_url"] in said
    assert "thonso users create-admin" in said
    yield one
    one.thonso("stop")


@pytest.fixture
def installation(started):
    assert wait_until(lambda: started.state()["ready"], seconds=60), started.state()
    return started


def test_it_answers_and_a_second_run_finds_it_running(installation):
    assert installation.get("/healthz")[0] == 200
    before = installation.state()
    installation.run()
    assert installation.state() == before
    status = installation.thonso("status")
    assert status.returncode == 0
    assert f"process {before['web']}" in status.stdout


def test_the_process_trees_are_apart(installation):
    state = installation.state()
    assert {state[name] for name in CHILDREN} == set(children_of(state["supervisor"]))
    trees = [tree(state[name]) for name in CHILDREN]
    assert len(set.union(*trees)) == sum(map(len, trees))


@pytest.mark.parametrize("name", CHILDREN)
def test_what_is_killed_comes_back_at_the_same_address(installation, name):
    before = installation.state()
    installation.kill_and_await_the_next(name)
    assert installation.state()["base_url"] == before["base_url"]
    assert installation.get("/healthz")[0] == 200


def test_a_phone_waits_while_the_web_server_is_started_again(installation):
    web = installation.state()["web"]
    for pid in tree(web):
        os.kill(pid, signal.SIGKILL)
    assert installation.get("/healthz")[0] == 200
    assert wait_until(lambda: installation.is_up_again("web", web), seconds=60)


def test_a_killed_supervisor_takes_its_children_along_and_can_be_started_again(installation):
    before = installation.state()
    web_workers = children_of(before["web"])
    assert web_workers
    killed = [before[name] for name in ("supervisor", "web")]
    for pid in killed:  # so that nobody is left to end the web server's workers
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not any(map(alive, killed)), seconds=60)  # one may be in the disk
    assert installation.thonso("status").returncode == 1
    installation.run()
    assert not any(map(alive, web_workers))
    assert not any(alive(before[name]) for name in CHILDREN)
    assert installation.get("/healthz")[0] == 200


def test_a_stopped_installation_leaves_nothing_running(installation):
    before = installation.state()
    assert installation.thonso("stop").returncode == 0
    assert not any(alive(before[name]) for name in (*CHILDREN, "supervisor"))
    assert not (installation.data_dir / "run" / "state.json").exists()
    assert "Nothing runs" in installation.thonso("stop").stdout
    port = before["base_url"].rpartition(":")[2]
    installation.run(THONSO_PORT=port)
    assert installation.state()["base_url"] == before["base_url"]


def test_a_port_that_is_taken_and_a_folder_that_cannot_be_used(installation, tmp_path):
    port = installation.state()["base_url"].rpartition(":")[2]
    other = Installation(tmp_path / "other")
    refused = other.thonso("run", THONSO_PORT=port)
    assert refused.returncode == 1
    assert refused.stderr == f"Error: Port {port} is taken; choose another with THONSO_PORT.\n"
    (tmp_path / "file").touch()
    refused = Installation(tmp_path / "file").thonso("run")
    assert refused.returncode == 1
    assert "is not a folder" in refused.stderr


def test_with_external_servers_none_is_started(installation, tmp_path):
    other = Installation(tmp_path / "other")
    urls = {
        "DATABASE_URL": embedded_database_url(installation.data_dir),
        "REDIS_URL": f"unix://{installation.data_dir}/run/valkey.sock",
    }
    other.run(**urls)
    try:
        state = other.state()
        assert (state["postgres"], state["valkey"]) == (None, None)
        assert other.get("/healthz")[0] == 200
        assert not (other.data_dir / "postgres").exists()
    finally:
        other.thonso("stop", **urls)
