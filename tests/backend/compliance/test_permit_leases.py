"""Does the server decide from leased permits as the phone does? The examples of both stand in one file."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from backend.compliance.permit_schemas import PermitLease
from backend.compliance.permits import lease_of, usable
from backend.compliance.schemas import Channel
from tests.backend.compliance.builder import situation
from tests.backend.compliance.situations_of_permits import CN, granted

NAMES = {"p1": UUID(int=1), "p2": UUID(int=2), "b1": UUID(int=3), "b2": UUID(int=4)}


class Vector(msgspec.Struct, frozen=True):
    """One example; clocks stand for moments of one day in Shanghai."""

    name: str
    leases: list[tuple[str, str, str, Channel, str, str]]
    asked: tuple[str, str, Channel, str]
    expected: str | None


VECTORS = msgspec.json.decode((Path(__file__).parents[2] / "vectors" / "permits.json").read_bytes(), type=list[Vector])


def instant(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{clock}+08:00")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one.name)
def test_a_contact_without_network_needs_a_lease_that_fits(vector: Vector) -> None:
    leases = [
        PermitLease(NAMES[name], NAMES[budget], person, channel, instant(since), instant(until))
        for name, budget, person, channel, since, until in vector.leases
    ]
    budget, person, channel, now = vector.asked
    for held in (leases, leases[::-1]):
        found = usable(held, NAMES[budget], person, channel, instant(now))
        assert (found and found.id) == (vector.expected and NAMES[vector.expected])


def test_a_lease_says_no_more_of_a_permit_than_the_phone_needs() -> None:
    (permit,) = granted([situation(CN, {"role": "guarantor"})])
    lease = lease_of(permit)
    assert (lease.id, lease.person, lease.channel) == (permit.id, "guarantor", "call")
    assert (lease.since, lease.until) == (permit.since, permit.until)
