"""Logs are cut before they fill the disk, under the hands of those who write them."""

import shutil

from app.embedded import logs


def test_a_long_log_is_moved_aside_and_written_on(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "LIMIT", 10)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"short\n")
        logs.keep_short(log)
        assert log.read_bytes() == b"short\n"
        writer.write(b"and longer\n")
        logs.keep_short(log)
        writer.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"short\nand longer\n"


def test_on_a_full_disk_the_log_gives_its_room_back(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logs, "LIMIT", 10)
    monkeypatch.setattr(shutil, "copyfile", full)
    (tmp_path / "web.log").write_bytes(b"x" * 100)
    logs.keep_short(tmp_path / "web.log")
    assert (tmp_path / "web.log").stat().st_size == 0


def test_no_log_yet(tmp_path):
    logs.keep_short(tmp_path / "web.log")
