"""Who stops the private database when all its users are gone? This process: it waits for the last lock to fall.

Started by infra/cluster.py as `python -m infra.keeper HOME`; it goes into the background and sleeps in the kernel.
"""

import fcntl
import os
import sys
from pathlib import Path

from infra import server
from infra.place import Place, place_at


def keep(place: Place) -> None:
    """Wait until nobody uses the server, then stop it."""
    own = os.open(place.home / "keeper.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # One keeper is enough, and it is there already.
        return
    users = os.open(place.home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(users, fcntl.LOCK_EX)
    if server.is_running(place):
        server.stop(place)
    # In this order: whoever starts the server next must find the keeper's seat free.
    os.close(own)
    os.close(users)


if __name__ == "__main__":
    if os.fork() == 0:
        os.setsid()
        keep(place_at(Path(sys.argv[1])))
