"""How do tests get the API of evidence as a process of its own, that can be killed? `python -m` this, with three words.

The words are the URL of the database, the data folder and the port.
"""

import sys
from pathlib import Path

import uvicorn
from litestar import Litestar

from backend.evidence.storage import open_storage
from backend.kernel.db import Role, open_database
from tests.backend.evidence.conftest import make_app


async def open_state(app: Litestar) -> None:
    """Open the database in the loop that will use it."""
    app.state.database = await open_database(sys.argv[1], role=Role.API, pool_size=4)


def main() -> None:
    """Serve until killed."""
    app = make_app(None, open_storage("", Path(sys.argv[2])), on_startup=open_state)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[3]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
