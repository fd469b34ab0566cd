"""Becomes another program: as an unprivileged user, and stopped by the kernel when its parent ends.

Run as a script of its own (`python launch.py UID GID SIGNAL PROGRAM ...`), because code between the fork
and the exec of a process with threads is not safe in Python.
"""

import contextlib
import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    uid, gid, signal_number = (int(text) for text in sys.argv[1:4])
    parent = os.getppid()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        with contextlib.suppress(
            OSError
        ):  # a C library without prctl: the next start finds the server and adopts it
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            sys.exit("the process that wanted this has ended")
    os.execv(sys.argv[4], sys.argv[4:])  # noqa: S606  # no shell: a fixed program and its arguments


if __name__ == "__main__":
    main()
