"""Do the committed documents say what the application does?"""

import json

import pytest

from backend.app.openapi import FOLDER, PROBLEMS, documents


@pytest.mark.parametrize("name", ["openapi.json", "problems.json", "codes.json"])
def test_the_committed_document_is_the_present_one(name: str) -> None:
    """AD-4: after a change of a route or shape, `rounds openapi` writes them anew."""
    assert (FOLDER / name).read_bytes() == documents()[name]


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in PROBLEMS]
    assert len(codes) == len(set(codes))


def test_every_route_is_described() -> None:
    """AD-4: OpenAPI covers every route."""
    described = json.loads(documents()["openapi.json"])["paths"]
    assert "/v1/sync/push" in described
    assert all(operation.get("description") for path in described.values() for operation in path.values())
