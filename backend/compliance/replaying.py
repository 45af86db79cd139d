"""Does a verdict come out again from its record alone? Pure: neither packs of today nor the database are looked at."""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from backend.compliance.choosing import canonical
from backend.compliance.contact_schemas import Kept, Record, Replay
from backend.compliance.packs import Pack
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Event, Situation, Verdict

type_input = tuple[str, str]
"""(kind, SHA-256 in hexadecimal)."""

_HISTORY = msgspec.json.Decoder(list[Event])
_HASHES = msgspec.json.Decoder(list[str])


def sha256_of(body: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def record_of(situation: Situation, verdict: Verdict, packs: Sequence[Pack]) -> tuple[Record, dict[type_input, str]]:
    """Return what the journal keeps, and what is kept beside it by (kind, hash): history and list of packs."""
    law = msgspec.json.encode(sorted(_body_of(pack)[0] for pack in packs))
    inputs = {("law", sha256_of(law)): law.decode()}
    history = None
    if situation.history is not None:
        body = msgspec.json.encode(situation.history)
        history = sha256_of(body)
        inputs["history", history] = body.decode()
    bare = msgspec.structs.replace(situation, history=None)
    return Record(situation=bare, history=history, law=sha256_of(law), verdict=verdict), inputs


_BODIES: dict[int, tuple[Pack, str, str]] = {}


def _body_of(pack: Pack) -> tuple[str, str]:
    """Return hash and canonical body of a pack, made once a pack: the body's SHA-256 is the hash that verdicts list."""
    found = _BODIES.get(id(pack))
    if found is None or found[0] is not pack:
        body = canonical(pack)
        found = (pack, sha256_of(body), body.decode())
        _BODIES[id(pack)] = found
    return found[1], found[2]


def packs_as_inputs(packs: Sequence[Pack]) -> dict[type_input, str]:
    """Return the packs as they are kept: by the hash that verdicts name."""
    return {("pack", digest): body for digest, body in map(_body_of, packs)}


def replay(kept: Kept) -> Replay:
    """Judge once more from the record and say where it differs, or what of it is missing or was changed."""
    record = kept.record
    faults = _faults(kept.inputs, [("law", record.law)])
    hashes = [] if faults else _HASHES.decode(kept.inputs["law", record.law])
    named = [("pack", digest) for digest in hashes]
    faults += _faults(kept.inputs, named if record.history is None else [("history", record.history), *named])
    if faults:
        return Replay(verdict=None, faults=faults)
    # Read as it was written: what a pack must say today is not asked of a pack of then.
    packs = [msgspec.json.decode(kept.inputs[one], type=Pack) for one in named]
    history = None if record.history is None else _HISTORY.decode(kept.inputs["history", record.history])
    verdict = evaluate(msgspec.structs.replace(record.situation, history=history), packs)
    return Replay(verdict=verdict, faults=differences(record.verdict, verdict))


def _faults(inputs: Mapping[type_input, str], named: Sequence[type_input]) -> list[str]:
    faults = []
    for kind, digest in named:
        body = inputs.get((kind, digest))
        if body is None:
            faults.append(f"{kind} {digest}: not kept")
        elif sha256_of(body.encode()) != digest:
            faults.append(f"{kind} {digest}: not the one that was judged by")
    return faults


def differences(then: Verdict, now: Verdict) -> list[str]:
    """Name each field in which two verdicts differ."""
    return [
        f"{name}: {getattr(then, name)!s} then, {getattr(now, name)!s} now"
        for name in Verdict.__struct_fields__
        if getattr(then, name) != getattr(now, name)
    ]
