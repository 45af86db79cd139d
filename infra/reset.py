"""How does an operator start from nothing? `make reset` throws the data folder away, after the word was typed."""

import os
import shutil
import sys
from pathlib import Path

from infra import cluster, place, seat
from infra.errors import InfraError

CHECKOUT = Path(__file__).resolve().parents[1]
WORD = "reset"
KEPT = ("test", "run.lock")


def main(arguments: list[str]) -> int:
    """Stop the database and remove its data and everything beside it; returns the exit code."""
    data = Path(os.environ.get("ROUNDS_DATA", CHECKOUT / "var")).resolve()
    if not data.is_dir() or not [entry for entry in data.iterdir() if entry.name not in KEPT]:
        sys.stdout.write(f"{data} is empty: nothing to reset\n")
        return 0
    if "--yes" not in arguments:
        sys.stdout.write(f"This deletes every case, visit, photo and payment in {data}. Type {WORD} to go on: ")
        sys.stdout.flush()
        if sys.stdin.readline().strip() != WORD:
            sys.stdout.write("nothing was deleted\n")
            return 1
    try:
        remove(data)
    except (InfraError, OSError) as error:
        sys.stderr.write(f"reset: {error}\n")
        return 1
    sys.stdout.write(f"{data} is empty again\n")
    return 0


def remove(data: Path) -> None:
    """Remove what Rounds keeps in the data folder; the tests' own database stays."""
    if not (data / "pg").is_dir() and not (data / "run.lock").exists():
        raise InfraError(f"{data} does not look like a data folder of Rounds: remove it by hand")
    with seat.taken(data, "resetting"):
        home = place.locate(data).home
        cluster.stop(data)
        shutil.rmtree(home)
        for entry in data.iterdir():
            if entry.name in KEPT:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
