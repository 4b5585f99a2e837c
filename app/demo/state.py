"""`demo.json`: what scripts need to know of a demo that is there, kept true by the supervisor."""

import json
from pathlib import Path
from typing import Any

PROCESSES = ("supervisor", "web", "worker", "postgres", "valkey")


def read(data_dir: Path) -> dict[str, Any] | None:
    """The demo of a data folder; None when it is not there, or not complete yet."""
    try:
        demo: dict[str, Any] = json.loads(_path(data_dir).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return demo


def write(data_dir: Path, demo: dict[str, Any]) -> None:
    """Replace the file in one rename; it holds passwords, so only its owner may read it."""
    draft = _path(data_dir).with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(demo, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(_path(data_dir))


def complete(demo: dict[str, Any], running: dict[str, Any]) -> dict[str, Any]:
    """The demo with the addresses and process numbers of the installation as it runs now."""
    project_id = demo["project_id"]

    def address(token: str) -> str:
        return f"{running['base_url']}/v1/key/{token}/projects/{project_id}"

    surveyors = [{**one, "project_url": address(one["token"])} for one in demo["surveyors"]]
    return {
        "base_url": running["base_url"],
        "project_id": project_id,
        "project_url": surveyors[0]["project_url"],
        "data_dir": running["data_dir"],
        **{name: demo[name] for name in ("round", "province_id", "commune_ids", "api_token")},
        "surveyors": surveyors,
        "users": demo["users"],
        "pids": {name: running[name] for name in PROCESSES},
    }


def follow(running: dict[str, Any]) -> None:
    """The supervisor's hook: a child was started again, so its number is another one."""
    data_dir = Path(running["data_dir"])
    demo = read(data_dir)
    if demo is not None and running["ready"]:
        write(data_dir, complete(demo, running))


def _path(data_dir: Path) -> Path:
    return data_dir / "demo.json"
