"""A clock that can be set wrong for the programs under test, and for them alone."""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")


class Clock:
    """A library to load before all others, and the file that says how wrong the clock goes."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "skew"
        self.library = folder / "clock.so"
        self.set(0)
        compiler = shutil.which("cc") or shutil.which("gcc")
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", self.library, SOURCE, "-ldl"]
        self.works = bool(compiler) and subprocess.run(command, check=False).returncode == 0

    def environment(self) -> dict[str, str]:
        """What the programs have to be started with."""
        if not self.works:
            return {}
        return {"LD_PRELOAD": str(self.library), "CRASH_CLOCK": str(self.file)}

    def set(self, seconds: int) -> None:
        """From now on the clock is this many seconds fast (or slow, when negative)."""
        if not self.file.exists():
            self.file.write_bytes(bytes(8))
        with self.file.open("r+b") as file:
            file.write(struct.pack("q", seconds))
