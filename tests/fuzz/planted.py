"""Would the fuzzer find anything? Targets that are wrong on purpose: each must be found within its runs."""

import msgspec

from backend.kernel.problems import Problem
from backend.kernel.reading import UNREADABLE
from backend.sync.mutations import read_body
from backend.sync.routes import read_batch
from tests.fuzz import seeds
from tests.fuzz.shapes import json_mutator
from tests.fuzz.targets import Sealing, Target


class PlantedError(Exception):
    """The fuzzer came to where somebody had made a mistake."""


def deep_in_a_body(data: bytes) -> None:
    """Fall over one value of one field of one kind, behind everything that refuses."""
    try:
        request = read_batch(data)
    except Problem:
        return
    for one in request.mutations:
        try:
            body = read_body(one.kind, one.schema, one.body)
        except (*UNREADABLE, ValueError):
            continue
        if one.kind == "call.record" and "\0" in getattr(body, "note", ""):
            raise PlantedError


def behind_signs(data: bytes) -> None:
    """Fall over four signs in a row, each seen only behind the one before."""
    text = data.decode("latin-1")
    if text[:1] != "R":
        return
    if text[1:2] != "n":
        return
    if text[2:3] != "d":
        return
    if text[3:4] == "s":
        raise PlantedError


def opened_unchecked(data: bytes) -> None:
    """Take a photo that was cut for whole, as an opener would that trusts the length that it is told."""
    try:
        told = msgspec.json.decode(data, type=Sealing)
    except UNREADABLE:
        return
    if told.size > 0 and told.cut == told.size and told.turned is None:
        raise PlantedError


PLANTED: dict[str, Target] = {
    "planted_deep": Target(deep_in_a_body, seeds.batches, json_mutator, 60_000),
    "planted_signs": Target(behind_signs, seeds.cursors, None, 200_000),
    "planted_equal": Target(opened_unchecked, seeds.sealed_photos, json_mutator, 20_000),
}
