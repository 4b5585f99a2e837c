"""A supervisor of shell commands: `small_supervisor.py FOLDER '[{"name": …, "run": …}, …]'`.

It writes what `describe` says to FOLDER/state.json, as the real one does.
"""

import json
import logging
import os
import sys
from pathlib import Path

from app.embedded.__main__ import describe
from app.embedded.child import Child
from app.embedded.processes import CannotRun
from app.embedded.running import leashed
from app.embedded.supervisor import Supervisor

folder = Path(sys.argv[1])


def child(name, run, ready=None, **options):
    return Child(
        name=name,
        command=lambda: leashed(["sh", "-c", run]),
        ready=(folder / ready).exists if ready else lambda: True,
        log=folder / f"{name}.log",
        environment=dict(os.environ, FOLDER=str(folder)),
        **options,
    )


def publish(watched):
    state = describe(watched)
    state["pids"] = {one.child.name: one.pid for one in watched}
    (folder / "state.new").write_text(json.dumps(state))
    (folder / "state.new").rename(folder / "state.json")


logging.basicConfig(level=logging.INFO)
try:
    Supervisor([child(**one) for one in json.loads(sys.argv[2])], publish).run()
except CannotRun as problem:
    print(problem)
    sys.exit(1)
