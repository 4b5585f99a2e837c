"""CPU time of process trees, from /proc."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Meter:
    """Measures from its making: wall time, and CPU seconds of each named process tree."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self.roots = roots
        self.began = time.perf_counter()
        self._before = self._now()

    def wall(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.began

    def cpu(self) -> dict[str, float]:
        """CPU seconds of each tree since the start, those of ended children included."""
        now = self._now()
        return {name: (now[name] - self._before[name]) / TICKS for name in self.roots}

    def _now(self) -> dict[str, int]:
        parents, ticks = {}, {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and (fields := _fields(folder)):
                pid = int(folder.name)
                parents[pid] = int(fields[1])
                # user and system, of the process and of the children it has seen end
                ticks[pid] = sum(map(int, fields[11:15]))
        return {
            name: sum(ticks[pid] for pid in ticks if _descends(pid, root, parents))
            for name, root in self.roots.items()
        }


def memory(root: int) -> int:
    """Bytes of memory of a process tree, shared pages counted once (PSS)."""
    parents = {
        int(folder.name): int(fields[1])
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and (fields := _fields(folder))
    }
    return sum(_pss(pid) for pid in parents if _descends(pid, root, parents))


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it ended meanwhile
        return 0
    return sum(1024 * int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")


def _fields(folder: Path) -> list[bytes]:
    try:
        return (folder / "stat").read_bytes().rpartition(b") ")[2].split()
    except OSError:  # it ended meanwhile
        return []


def _descends(pid: int, root: int, parents: Mapping[int, int]) -> bool:
    while pid > 1:
        if pid == root:
            return True
        pid = parents.get(pid, 0)
    return False
