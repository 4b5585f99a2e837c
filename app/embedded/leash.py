"""Runs a command that ends when its parent does: `python leash.py SIGNAL PARENT COMMAND…`.

A script of its own, standard library only, because the code between fork and exec of a process
with threads must not be Python.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(number: int, parent: int, command: list[str]) -> None:
    """Ask the kernel for the signal at the parent's death, then become the command."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it died before we could ask
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - becoming the command is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
