"""Files of forms go to a folder of the test's own."""

import pytest

from app.storage.blobs import use_folder


@pytest.fixture(autouse=True)
def blobs(tmp_path):
    use_folder(tmp_path / "blobs")
    return tmp_path / "blobs"
