"""Which mappings come with the product? The JSON files beside this one; a tenant's own of the same name wins."""

from functools import lru_cache
from pathlib import Path

import msgspec

from backend.integrations.schemas import Mapping, SavedMapping

FOLDER = Path(__file__).parent / "mappings"


@lru_cache(maxsize=1)
def shipped_mappings() -> dict[str, SavedMapping]:
    """Return the mappings of the product by name, as version 0; a broken file raises msgspec.ValidationError."""
    return {
        path.stem: SavedMapping(path.stem, 0, read_mapping(path.read_bytes()), None)
        for path in sorted(FOLDER.glob("*.json"))
    }


def read_mapping(body: bytes) -> Mapping:
    """Read a mapping from JSON; raises one of kernel.reading.UNREADABLE that says where the flaw is."""
    return msgspec.json.decode(body, type=Mapping)
