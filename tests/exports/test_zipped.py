"""A zip of files that were deflated piece by piece is one that everybody reads."""

import io
import random
import zipfile

import pytest

from app.exports.zipped import END, Member, archive, length, squeeze, whole


def in_pieces(name, texts):
    made = [squeeze(b"")]
    for text in texts:
        made.append(squeeze(text, made[-1].size, made[-1].crc))
    packed = [*(piece.packed for piece in made), END]
    return Member(name, sum(map(len, packed)), made[-1].size, made[-1].crc, packed)


def opened(members):
    content = b"".join(archive(members))
    assert len(content) == length(members)
    return zipfile.ZipFile(io.BytesIO(content))


@pytest.mark.parametrize("pieces", [0, 1, 2, 57])
def test_pieces_are_one_file_again(pieces):
    dice = random.Random(pieces)
    texts = [b"<row>" * dice.randrange(5000) + dice.randbytes(dice.randrange(300))
             for _ in range(pieces)]  # fmt: skip
    book = opened([whole("[Content_Types].xml", b"<x/>"), in_pieces("xl/thôn.xml", texts)])
    assert book.testzip() is None
    assert book.namelist() == ["[Content_Types].xml", "xl/thôn.xml"]
    assert book.read("xl/thôn.xml") == b"".join(texts)
    assert book.read("[Content_Types].xml") == b"<x/>"


def test_the_same_files_are_the_same_bytes():
    made = [b"".join(archive([whole("a", b"1"), whole("b", b"")])) for _ in range(2)]
    assert made[0] == made[1]
    assert zipfile.ZipFile(io.BytesIO(made[0])).read("b") == b""
