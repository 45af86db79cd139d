"""Where does the tests' own PostgreSQL come from? The product's private cluster, in a data folder of the tests' own.

All test processes of a checkout share it; it starts with the first and stops with the last. What earlier, killed test
processes left in it is cleared away by whoever starts it.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import server
from infra.cluster import Cluster, admin_dsn, dsn, running
from tests.databases import schema_hash

DATA = Path(__file__).resolve().parents[1] / "var" / "test"
LEFT = r"^rounds_test_(\d+)_[0-9a-f]+$"


@contextmanager
def test_cluster() -> Iterator[tuple[str, str]]:
    """Give (superuser URL, login URL) of a running cluster; its contents do not survive a crash of the machine."""
    with running(DATA, is_disposable=True) as cluster:
        clear(cluster)
        yield admin_dsn(cluster), dsn(cluster, "postgres")


@contextmanager
def data_folder() -> Iterator[Path]:
    """Give an empty folder which the server's user can reach; pytest closes its own to everybody at every start."""
    with tempfile.TemporaryDirectory(prefix="rounds-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def clear(cluster: Cluster) -> None:
    """Drop clones whose test process is gone, and templates of schemas that are no longer the present one."""
    names = server.sql(cluster.place, "SELECT datname FROM pg_database").split()
    for name in names:
        if name.startswith("rounds_template_") and name != f"rounds_template_{schema_hash()}":
            _drop(cluster, name)
        found = re.match(LEFT, name)
        if found is not None and not _lives(int(found[1])):
            _drop(cluster, name)


def _drop(cluster: Cluster, name: str) -> None:
    unmark = "UPDATE pg_database SET datistemplate = false WHERE datname = :'name';"
    server.sql(cluster.place, unmark + '\nDROP DATABASE IF EXISTS :"name" WITH (FORCE);', {"name": name})


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
