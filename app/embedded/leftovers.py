"""What a supervisor that was killed left running."""

from pathlib import Path

from app.embedded import postgres, valkey
from app.embedded.processes import end, marked, programs_in


def end_leftovers(data_dir: Path) -> None:
    """End every process that serves this data folder; the caller holds its lock."""
    # The servers last, because the others leave them in order only while they answer.
    end(lambda: _programs(data_dir))
    end(lambda: _servers(data_dir))


def _servers(data_dir: Path) -> list[int]:
    return [
        *programs_in(postgres.cluster(data_dir), postgres.NAMES),
        *programs_in(valkey.files(data_dir), valkey.NAMES),
    ]


def _programs(data_dir: Path) -> list[int]:
    servers = set(_servers(data_dir))
    return [pid for pid in marked(data_dir) if pid not in servers]
