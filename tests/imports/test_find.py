"""What a stick or a zip holds: interviews are found, all else is told, nothing is unpacked."""

import io
import os
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest

from app.imports.find import Found, find
from app.imports.tree import NotATree, open_tree


def lay(top: Path, files: dict[str, bytes]) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def told(path: Path) -> dict[str, object]:
    """By path: the names of an interview's files, or why it is left alone."""
    return {
        item.path: [item.xml.name, *(file.name for file in item.files)]
        if isinstance(item, Found)
        else item.reason
        for item in find(open_tree(path))
    }


PHONE = {
    "instances/Hộ_2026-11-01/Hộ_2026-11-01.xml": b"<data/>",
    "instances/Hộ_2026-11-01/ảnh 1.jpg": b"JPEG",
    "instances/Hộ_2026-11-02/Hộ_2026-11-02.xml": b"<data/>",
    "instances/Hộ_2026-11-02/submission.xml": b"<data/>",
    "instances/Hộ_2026-11-03/Hộ_2026-11-03.xml.save": b"<da",
    "instances/Hộ_2026-11-04/photo.jpg": b"JPEG",
    "instances/two/a.xml": b"<data/>",
    "instances/two/b.xml": b"<data/>",
    "forms/Hộ.xml": b"<h:html/>",
    "forms/Hộ-media/last-saved.xml": b"<data/>",
    "forms/Hộ-media/villages.csv": b"name,label",
    ".cache/index.formdef": b"x",
    "instances/Hộ_2026-11-01/.trash": b"x",
}
EXPECTED = {
    "instances/Hộ_2026-11-01": ["Hộ_2026-11-01.xml", "ảnh 1.jpg"],
    "instances/Hộ_2026-11-01/.trash": "hidden",
    "instances/Hộ_2026-11-02": ["submission.xml", "Hộ_2026-11-02.xml"],
    "instances/Hộ_2026-11-03": "unfinished",
    "instances/Hộ_2026-11-04": "no-interview",
    "instances/two": "several",
    "forms": "form",
    "forms/Hộ-media": "form",
    ".cache": "hidden",
}


def test_a_folder_as_collect_leaves_it(tmp_path):
    assert told(lay(tmp_path, PHONE)) == EXPECTED


def test_a_zip_of_it_says_the_same(tmp_path):
    assert told(zipped(tmp_path / "phone.zip", PHONE)) == EXPECTED


def test_one_interviews_folder_alone(tmp_path):
    assert told(lay(tmp_path, {"any.xml": b"<data/>", "a.jpg": b"J"})) == {"": ["any.xml", "a.jpg"]}


def test_the_phones_own_book_says_what_is_unfinished(tmp_path):
    lay(tmp_path, {f"instances/{n}/{n}.xml": b"<data/>" for n in ("sent", "open", "final")})
    (tmp_path / "metadata").mkdir()
    book = sqlite3.connect(tmp_path / "metadata/instances.db")
    book.execute("create table instances (instanceFilePath text, status text)")
    rows = [("sent", "submitted"), ("open", "incomplete"), ("final", "complete")]
    book.executemany(
        "insert into instances values (?, ?)", [(f"{n}/{n}.xml", status) for n, status in rows]
    )
    book.commit()
    book.close()
    found = told(tmp_path)
    assert found["instances/open"] == "unfinished"
    assert found["instances/sent"] == ["sent.xml"]
    assert found["instances/final"] == ["final.xml"]


@pytest.mark.parametrize("book", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_book_stops_nothing(tmp_path, book):
    lay(tmp_path, {"instances/a/a.xml": b"<data/>", "metadata/instances.db": book})
    assert told(tmp_path)["instances/a"] == ["a.xml"]


def test_a_book_that_would_run_for_ever_is_given_up(tmp_path):
    lay(tmp_path, {"instances/a/a.xml": b"<data/>"})
    (tmp_path / "metadata").mkdir()
    book = sqlite3.connect(tmp_path / "metadata/instances.db")
    book.execute(
        "create view instances as with recursive n(i) as (select 1 union all select i + 1 from n)"
        " select 'a/a.xml' as instanceFilePath, 'incomplete' as status from n where i < 0"
    )
    book.commit()
    book.close()
    assert told(tmp_path)["instances/a"] == ["a.xml"]


def test_links_are_not_followed(tmp_path):
    lay(tmp_path / "secret", {"s/s.xml": b"<data/>"})
    stick = lay(tmp_path / "stick", {"a/a.xml": b"<data/>"})
    (stick / "a" / "passwd").symlink_to("/etc/passwd")
    (stick / "b").symlink_to(tmp_path / "secret")
    os.mkfifo(stick / "a" / "pipe")
    assert told(stick) == {"a": ["a.xml"], "a/passwd": "link", "b": "link"}


def test_a_name_that_is_no_utf_8_gets_through(tmp_path):
    stick = lay(tmp_path / "stick", {"a/a.xml": b"<data/>"})
    Path(os.fsdecode(os.fsencode(stick / "a") + b"/\xff\xfe.jpg")).write_bytes(b"J")
    assert told(stick) == {"a": ["a.xml", "��.jpg"]}


def test_a_zip_leads_nowhere_else(tmp_path):
    path = tmp_path / "bad.zip"
    link = zipfile.ZipInfo("a/link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/a.xml", b"<data/>")
        archive.writestr("../../etc/cron.d/x", b"x")
        archive.writestr("/etc/passwd", b"x")
        archive.writestr("C:\\windows\\x.xml", b"x")
        archive.writestr("a\\b.jpg", b"J")
        archive.writestr(link, b"/etc/passwd")
    assert told(path) == {
        "a": ["a.xml", "b.jpg"],
        "a/link.jpg": "link",
        "../../etc/cron.d/x": "outside",
        "/etc/passwd": "outside",
        "C:/windows/x.xml": "outside",
    }


def test_a_zip_bomb_is_left_alone(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/a.xml", b"<data/>")
        archive.writestr("a/bomb.jpg", bytes(50 * 1024**2))
    assert told(path) == {"a": ["a.xml"], "a/bomb.jpg": "too-large"}


def test_far_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("app.imports.tree.MOST_ENTRIES", 3)
    files = {f"{n}/{n}.xml": b"<data/>" for n in range(4)}
    with pytest.raises(NotATree):
        open_tree(zipped(tmp_path / "many.zip", files))
    with pytest.raises(NotATree):
        open_tree(lay(tmp_path / "many", files))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"Rar!\x1a\x07"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(NotATree):
        open_tree(path)


def test_a_locked_zip_says_so(tmp_path):
    path = zipped(tmp_path / "locked.zip", {"a/a.xml": b"<data/>"})
    content = bytearray(path.read_bytes())
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + offset] |= 1
    path.write_bytes(content)
    assert told(path) == {"a/a.xml": "locked"}


@pytest.mark.parametrize("charset", ["utf-8", "cp1258"])
def test_vietnamese_names_of_zips_that_do_not_say_how_they_write(tmp_path, charset):
    name = "ảnh nhà.jpg" if charset == "utf-8" else "à.jpg"
    raw = name.encode(charset)
    files = {"a/a.xml": b"<data/>", "a/" + "x" * len(raw): b"J"}
    path = zipped(tmp_path / "old.zip", files)
    path.write_bytes(path.read_bytes().replace(b"a/" + b"x" * len(raw), b"a/" + raw))
    assert told(path) == {"a": ["a.xml", name]}


def test_a_file_that_claims_another_length_is_damaged(tmp_path):
    path = zipped(tmp_path / "short.zip", {"a/a.xml": b"<data/>" * 100})
    content = path.read_bytes().replace(b"<data/>", b"<dama/>", 1)
    path.write_bytes(content)
    [item] = find(open_tree(path))
    with item.xml.open() as stream, pytest.raises(zipfile.BadZipFile):
        io.BytesIO(stream.read())
