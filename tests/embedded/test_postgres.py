"""The embedded PostgreSQL: closed to others, and nothing lost when it is killed."""

import os
import signal
import subprocess
import sys

import psycopg
import pytest

from app.config import embedded_database_url, socket_dir
from app.embedded import identity, postgres, processes
from app.embedded.processes import CannotRun, alive, wait_until


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def start():
    started = []

    def start(data_dir, **options):
        started.append(postgres.start(data_dir, **options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def ask(server, query):
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone()[0] if cursor.description else None


def test_what_was_committed_survives_a_kill(data_dir, start):
    server = start(data_dir)
    ask(server, "create table answers as select 7 as answer")
    os.kill(server.pid, signal.SIGKILL)
    again = start(data_dir)
    assert again.pid != server.pid
    assert ask(again, "select answer from answers") == 7
    assert ask(again, "show fsync") == "on"


def test_a_backend_that_still_works_when_the_server_is_killed(data_dir, start):
    server = start(data_dir, durable=False)
    with psycopg.connect(server.conninfo, autocommit=True) as busy:
        busy.execute("begin; create table half (n int)")
        os.kill(server.pid, signal.SIGKILL)
        again = start(data_dir, durable=False)
        assert ask(again, "select to_regclass('half')") is None
        with pytest.raises(psycopg.OperationalError):
            busy.execute("commit")


def test_a_stale_lock_that_names_somebody_elses_process(data_dir, start):
    start(data_dir, durable=False).stop()
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}\n")
    (data_dir / "run" / ".s.PGSQL.5432.lock").write_text(f"{os.getppid()}\n")
    assert ask(start(data_dir, durable=False), "select 1") == 1


def test_only_its_owner_reaches_it_and_not_by_network(data_dir, start):
    server = start(data_dir, durable=False)
    assert ask(server, "show listen_addresses") == ""
    sockets = socket_dir(data_dir).stat()
    assert (sockets.st_uid, sockets.st_mode & 0o777) == (os.geteuid(), 0o700)
    assert (data_dir / "postgres").stat().st_mode & 0o077 == 0


def test_text_is_utf8_whatever_the_machine_speaks(data_dir, start, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    server = start(data_dir, durable=False)
    assert ask(server, "select upper('thôn ấp đội')") == "THÔN ẤP ĐỘI"
    assert ask(server, "show server_encoding") == "UTF8"


def test_two_copies_do_not_meet(tmp_path, start):
    one, other = start(tmp_path / "one", durable=False), start(tmp_path / "other", durable=False)
    ask(one, "create table mine ()")
    assert ask(other, "select to_regclass('mine')") is None


def test_a_data_folder_with_a_path_too_long_for_a_socket(tmp_path, start):
    data_dir = tmp_path / ("thôn-" * 20) / "var"
    server = start(data_dir, durable=False)
    assert ask(server, "select 1") == 1
    assert len(os.fsencode(socket_dir(data_dir))) < 60
    server.stop()
    assert not socket_dir(data_dir).exists()


def test_a_trap_where_the_short_folder_of_sockets_should_be(tmp_path):
    data_dir = tmp_path / ("x" * 120)
    trap = socket_dir(data_dir)
    trap.symlink_to(tmp_path)
    try:
        with pytest.raises(CannotRun, match="is not a folder"):
            postgres.start(data_dir)
    finally:
        trap.unlink()


def test_a_data_folder_of_another_major_version(data_dir, start):
    start(data_dir, durable=False).stop()
    (data_dir / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotRun, match="made by PostgreSQL 9, but only PostgreSQL 18"):
        postgres.start(data_dir)


def test_a_data_folder_somebody_else_owns(data_dir, monkeypatch):
    data_dir.mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(CannotRun, match=r"belongs to .*, and this is user 4242: run as"):
        postgres.start(data_dir)


def test_a_second_server_on_the_same_folder_is_refused(data_dir, start, monkeypatch):
    first = start(data_dir, durable=False)
    monkeypatch.setattr(processes, "LAST_ONES_SECONDS", 0.1)
    with pytest.raises(CannotRun, match=rf"in use by process .*{first.pid}"):
        postgres.start(data_dir)
    assert ask(first, "select 1") == 1


def test_an_initialisation_cut_off_in_the_middle_is_begun_again(data_dir, start):
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert ask(start(data_dir, durable=False), "select 1") == 1


def test_it_ends_when_its_starter_is_killed(data_dir):
    code = (
        "import sys, time; from pathlib import Path; from app.embedded import postgres\n"
        "print(postgres.start(Path(sys.argv[1]), durable=False).pid, flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, data_dir], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert alive(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert wait_until(lambda: not alive(pid), seconds=20)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights away")
def test_root_where_namespaces_are_forbidden(data_dir, start, monkeypatch):
    monkeypatch.setattr(identity, "_namespace_works", lambda: False)
    server = start(data_dir)
    assert (data_dir / "postgres").stat().st_uid != 0
    ask(server, "create table answers as select 7 as answer")
    server.stop()
    monkeypatch.undo()
    assert ask(start(data_dir), "select answer from answers") == 7


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights away")
def test_root_goes_on_with_its_data_where_namespaces_are_forbidden(data_dir, start, monkeypatch):
    start(data_dir, durable=False).stop()
    monkeypatch.setattr(identity, "_namespace_works", lambda: False)
    assert ask(start(data_dir, durable=False), "select 1") == 1


def test_the_address_is_the_same_from_any_process(data_dir, start):
    server = start(data_dir, durable=False)
    assert server.conninfo == embedded_database_url(data_dir)
