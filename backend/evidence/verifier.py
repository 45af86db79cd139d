"""Is this file of evidence still what it was when it was made? `python verify.py FILE.zip`: a verdict for each item.

It goes into every export as verify.py, in one file with archive.py and stamps.py. It needs Python 3.11 or newer and the
package `cryptography`; no network, no database, nothing of the program that made the export. It trusts the server's key
and the authority for time stamps that stand in the file, unless you give those that you know: `--key KEY_ID`,
`--authority ROOT.pem`. It exits with 0 when everything holds, with 1 when anything does not.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from backend.evidence.archive import Broken, files_of
from backend.journal.stamps import check_stamps

INDEX, INDEX_SIGNATURE = "index.json", "index.sig"
FIXED = ("README.md", "verify.py", "keys.json", "heads.json", "events.json", "custody.json", "evidence.json")
NOTHING_BEFORE = "0" * 64
_SIDE = 32
_BYTES = ("/original.", "/as_shot.", "/redacted-")
UNSOUND = frozenset({"signature_wrong", "manifest_differs", "hash_differs"})
"""What was seen when a manifest came, and written down: it cannot hold now either, and that is no new finding."""

_WRONG_SHAPE = (OSError, KeyError, TypeError, ValueError, AttributeError, IndexError)


type_json = Any
"""What stands in somebody's file: whatever shape it has, a wrong one ends as a verdict."""

type_verdict = tuple[str, str | None, list[str]]
"""(what, why it does not hold or None, notes)."""


def canonical(value: type_json) -> str:
    """Return JSON in the one way that has one hash: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read_json(text: bytes | str) -> type_json:
    """Read JSON that was written in the canonical way; raises Broken."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Broken("a list in the archive cannot be read") from error
    if canonical(value) != (text.decode() if isinstance(text, bytes) else text):
        raise Broken("a list in the archive is not written as we write it")
    return value


def sha256(data: bytes) -> str:
    """Return SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def check_server_signature(text: str, key_id: str, signature: str, keys: dict[str, str]) -> None:
    """Hold an Ed25519 signature (base64) against a key of the server; raises Broken."""
    try:
        raw = base64.b64decode(keys[key_id], validate=True)
        Ed25519PublicKey.from_public_bytes(raw).verify(base64.b64decode(signature, validate=True), text.encode())
    except (KeyError, ValueError, InvalidSignature) as error:
        raise Broken("the server did not sign this") from error


def check_device_signature(text: str, signature: str, spki: str) -> None:
    """Hold an ECDSA P-256 signature (r || s, base64) against a key of a phone; raises Broken."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key = load_der_public_key(base64.b64decode(spki, validate=True))
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 2 * _SIDE:
            raise Broken("the phone did not sign this")
        pair = int.from_bytes(raw[:_SIDE], "big"), int.from_bytes(raw[_SIDE:], "big")
        key.verify(encode_dss_signature(*pair), text.encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise Broken("the phone did not sign this") from error


class Export:
    """An archive that was read whole: small files by name, of the photos only the hashes, the keys that are trusted."""

    def __init__(self, path: str, pinned: Sequence[str]) -> None:
        """Read it and hold it against its signed index; raises Broken."""
        self.kept: dict[str, bytes] = {}
        self.digests: dict[str, tuple[str, int]] = {}
        with Path(path).open("rb") as handle:
            for name, content in files_of(handle):
                if name in self.digests:
                    raise Broken(f"{name} stands twice")
                self.digests[name] = (sha256(content), len(content))
                if not any(part in name for part in _BYTES):
                    self.kept[name] = content
        missing = [name for name in (*FIXED, INDEX, INDEX_SIGNATURE) if name not in self.kept]
        if missing or list(self.digests)[-2:] != [INDEX, INDEX_SIGNATURE]:
            raise Broken(f"not an export, or cut short: {', '.join(missing) or 'the index is not at the end'}")
        keys = self.json("keys.json")
        self.server: dict[str, str] = {one["key_id"]: one["public_key"] for one in keys["server"]}
        self.devices: dict[str, type_json] = {one["device_id"]: one for one in keys["devices"]}
        self.authorities = [x509.load_der_x509_certificate(base64.b64decode(one)) for one in keys["authorities"]]
        for key_id, public in self.server.items():
            if sha256(base64.b64decode(public))[:16] != key_id or (pinned and key_id not in pinned):
                raise Broken(f"the key {key_id} is not one that you trust, or bears a false name")
        self.index = self.json(INDEX)
        self._check_index()

    def json(self, name: str) -> type_json:
        """Return one of the lists."""
        return read_json(self.kept[name])

    def _check_index(self) -> None:
        signed = self.json(INDEX_SIGNATURE)
        check_server_signature(self.kept[INDEX].decode(), signed["key_id"], signed["signature"], self.server)
        told = [{"name": name, "sha256": one[0], "size": one[1]} for name, one in self.digests.items()][:-2]
        if len(self.index["files"]) != len(told):
            raise Broken("a file was added or taken away")
        for one, other in zip(self.index["files"], told, strict=True):
            if one != other:
                raise Broken(f"{other['name']} is not what was signed")


def check_heads(listed: list[type_json], server: dict[str, str]) -> dict[int, type_json]:
    """Hold every signed head against the one before it; returns heads by number. Raises Broken."""
    heads: dict[int, type_json] = {}
    before: type_json = None
    for one in listed:
        check_server_signature(one["head"], one["key_id"], one["signature"], server)
        head = read_json(one["head"])
        if before is not None:
            if head["number"] != before["number"] + 1 or head["previous"] != before["hash"]:
                raise Broken(f"the chain of heads is broken before number {head['number']}")
            if head["sealed_at"] < before["sealed_at"] or head["tenant_id"] != before["tenant_id"]:
                raise Broken(f"head {head['number']} is older than the one before it, or of somebody else")
        elif head["number"] == 1 and head["previous"] != NOTHING_BEFORE:
            raise Broken("the first head names one before it")
        before = {**head, "hash": sha256(one["head"].encode())}
        heads[head["number"]] = head
    return heads


def root_of(entry: str, index: int, count: int, path: Sequence[str]) -> str:
    """Return the root of the Merkle tree (RFC 6962) to which an entry leads by its path; raises Broken."""
    value, place, last, rest = hashlib.sha256(b"\0" + entry.encode()).digest(), index, count - 1, list(path)
    if not 0 <= index < count:
        raise Broken("an event stands outside of its batch")
    while last > 0:
        if place % 2 == 1 or place < last:
            if not rest:
                raise Broken("the way to the head is too short")
            pair = (bytes.fromhex(rest.pop(0)), value)
            value = hashlib.sha256(b"\1" + b"".join(pair if place % 2 == 1 else pair[::-1])).digest()
        place, last = place // 2, last // 2
    if rest:
        raise Broken("the way to the head is too long")
    return value.hex()


def check_event(one: type_json, heads: dict[int, type_json], index: type_json) -> type_json:
    """Hold one event against the head over it; returns what it says. Raises Broken."""
    head = heads.get(one["number"])
    if head is None or head["count"] != one["count"]:
        raise Broken("no head stands over this event")
    if root_of(one["entry"], one["index"], one["count"], one["path"]) != head["root"]:
        raise Broken("the event is not the one that was sealed")
    event = json.loads(one["entry"])
    if event["case_id"] != index["case_id"] or event["tenant_id"] != index["tenant_id"]:
        raise Broken("the event belongs to another case")
    return event


class Journal:
    """What the sealed events of the case say."""

    def __init__(self) -> None:
        """Begin without events; they are added as they prove true."""
        self.events: list[type_json] = []

    def of(self, kind: str) -> dict[str, type_json]:
        """Return the events of a kind by the photo they are about."""
        return {event["subject_id"]: event for event in self.events if event["kind"] == kind}

    def redactions(self) -> dict[str, dict[str, type_json]]:
        """Return what was said of redacted copies, by photo and copy."""
        found: dict[str, dict[str, type_json]] = {}
        for event in self.events:
            if event["kind"] == "evidence.redacted":
                found.setdefault(event["subject_id"], {})[event["payload"]["redaction_id"]] = event["payload"]
        return found

    def signals(self) -> dict[str, set[str]]:
        """Return what was worth a look, by photo, as it was written down at the time."""
        found: dict[str, set[str]] = {}
        for event in self.events:
            if event["kind"] == "evidence.signalled":
                found.setdefault(event["subject_id"], set()).update(event["payload"]["signals"])
        return found


def check_evidence(item: type_json, export: Export, named: dict[str, type_json], signals: set[str]) -> list[str]:
    """Hold a photo against its manifest, the phone's key and the journal; returns notes. Raises Broken."""
    event = named.get(item["id"])
    if event is None:
        raise Broken("the journal does not know this photo")
    payload = event["payload"]
    if (item["sha256"], item["original_sha256"]) != (payload["sha256"], payload["original_sha256"]):
        raise Broken("the journal names other bytes")
    if item["file"] is not None and export.digests.get(item["file"], ("",))[0] != item["sha256"]:
        raise Broken("the photo is not the one that was named")
    _check_apart(item, export, payload)
    notes = [] if item["file"] is not None else [f"its bytes are not in this file: {item['state']}"]
    if item["as_shot"] is None and item["original_state"] != "none":
        notes.append(f"what the camera gave, before the phone made it smaller, is not here: {item['original_state']}")
    notes += [f"worth a look: {', '.join(sorted(signals))}"] if signals else []
    digest = payload.get("manifest_sha256")
    if item["manifest"] is None:
        if digest is not None:
            raise Broken("its manifest was taken away")
        return [*notes, "the phone signed no manifest"]
    text = export.kept[item["manifest"]].decode()
    if sha256(text.encode()) != digest:
        raise Broken("the manifest is not the one that was named")
    if not signals & UNSOUND:
        _check_manifest(text, item, export.devices.get(item["device_id"]), payload.get("statement_sha256"))
    return notes


def _check_apart(item: type_json, export: Export, payload: type_json) -> None:
    """Hold what the camera gave, and what stood above a signature, against what was named."""
    if item["as_shot"] is not None and export.digests.get(item["as_shot"], ("",))[0] != item["original_sha256"]:
        raise Broken("what the camera gave is not what was named")
    if item["kind"] != payload.get("kind", "photo"):
        raise Broken("the journal names another kind of evidence")
    digest = None if item["statement"] is None else sha256(export.kept[item["statement"]])
    if digest != payload.get("statement_sha256"):
        raise Broken("what stood above the signature is not what was named")


def check_redactions(item: type_json, export: Export, told: dict[str, type_json]) -> None:
    """Hold the redacted copies of a photo against the journal and their parent; raises Broken."""
    copies = {one["id"]: one for one in item["redactions"]}
    if len(copies) != len(item["redactions"]) or set(copies) != set(told):
        raise Broken("a redacted copy was added, doubled or taken away")
    for name, one in copies.items():
        if any(one[field] != told[name][field] for field in ("sha256", "parent_sha256", "areas", "reason")):
            raise Broken("the journal says otherwise of a redacted copy")
        if one["parent_sha256"] != item["sha256"]:
            raise Broken("a redacted copy is of another photo")
        if one["file"] is None and item["state"] == "deleted":
            continue
        if export.digests.get(one["file"], ("",))[0] != one["sha256"]:
            raise Broken("a redacted copy is not the one that was made")
    if export.index["is_redacted"] and (item["file"] is not None or item["as_shot"] is not None):
        raise Broken("the original is in an export that should be redacted")


def _check_manifest(text: str, item: type_json, device: type_json, statement_sha256: str | None) -> None:
    if device is None:
        raise Broken("the phone's key is missing")
    check_device_signature(text, item["signature"], device["public_key"])
    manifest = read_json(text)
    fields = ("sha256", "original_sha256", "case_id", "visit_id", "user_id", "device_id", "kind", "scope", "media_type")
    is_same = manifest["evidence_id"] == item["id"] and manifest.get("statement") == statement_sha256
    if not is_same or any(manifest[name] != item[name] for name in fields):
        raise Broken("the manifest says otherwise")
    if manifest["key_id"] != sha256(base64.b64decode(device["public_key"]))[:16]:
        raise Broken("the manifest names another key")


def check_chain(items: list[type_json], export: Export, signals: dict[str, set[str]]) -> None:
    """Hold neighbours in a phone's chain against each other, where both are here; raises Broken."""
    links: dict[tuple[str, int], tuple[str, str, str]] = {}
    for item in items:
        if item["manifest"] is not None and not signals.get(item["id"], set()) & {*UNSOUND, "chain_differs"}:
            manifest = export.json(item["manifest"])
            digest = sha256(export.kept[item["manifest"]])
            links[item["device_id"], manifest["number"]] = (item["id"], manifest["previous"], digest)
    for (device, number), (evidence_id, previous, _) in links.items():
        before = links.get((device, number - 1))
        expected = NOTHING_BEFORE if number == 1 else None if before is None else before[2]
        if expected is not None and previous != expected:
            raise Broken(f"photo {evidence_id} does not follow the one before it")


def verdicts(
    path: str, pinned: Sequence[str] = (), authorities: Sequence[x509.Certificate] = ()
) -> Iterator[type_verdict]:
    """Yield a verdict for everything in an export; `pinned` are the names of the server's keys that are trusted.

    `authorities` are the roots of time stamps that are; without any those in the file.
    """
    try:
        export = Export(path, pinned)
        items, proofs, custody = (export.json(name) for name in ("evidence.json", "events.json", "custody.json"))
        listed = export.json("heads.json")
        heads = check_heads(listed, export.server)
        yield f"archive: {len(export.digests)} files, signed by {', '.join(export.server)}", None, []
        yield f"journal: {len(heads)} heads, one chain", None, []
    except (Broken, *_WRONG_SHAPE) as broken:
        yield "archive", str(broken) or type(broken).__name__, []
        return
    sealed_at = {number: head["sealed_at"] for number, head in heads.items()}
    yield _said("time stamps", partial(check_stamps, listed, sealed_at, list(authorities) or export.authorities))
    journal = Journal()
    for one in proofs:
        yield _said(f"event {one['event_id']}", partial(_add, journal, one, heads, export.index))
    named, signals = journal.of("evidence.named"), journal.signals()
    yield _said("log of custody", partial(_check_custody, custody, journal.events))
    yield _said("photos and journal", partial(_check_complete, items, journal, is_redacted=export.index["is_redacted"]))
    redactions = journal.redactions()
    for item in items:
        about = signals.get(item["id"], set())
        yield _said(f"photo {item['id']}", partial(check_evidence, item, export, named, about))
        copies = redactions.get(item["id"], {})
        if copies or item["redactions"] or export.index["is_redacted"]:
            yield _said(f"redacted copies of photo {item['id']}", partial(check_redactions, item, export, copies))
    yield _said("chains of the phones", partial(check_chain, items, export, signals))


def _add(journal: Journal, one: type_json, heads: dict[int, type_json], index: type_json) -> None:
    journal.events.append(check_event(one, heads, index))


def _said(what: str, check: Callable[[], list[str] | None]) -> type_verdict:
    try:
        return what, None, check() or []
    except (Broken, *_WRONG_SHAPE) as broken:
        return what, str(broken) or type(broken).__name__, []


def _check_custody(custody: list[type_json], events: list[type_json]) -> None:
    told = [
        {"at": event["occurred_at"], "kind": event["kind"], "evidence_id": event["subject_id"], "by": event["actor_id"]}
        for event in events
        if event["kind"].startswith("evidence.")
    ]
    if [{name: one[name] for name in ("at", "kind", "evidence_id", "by")} for one in custody] != told:
        raise Broken("the log of custody is not what the journal says")


def _check_complete(items: list[type_json], journal: Journal, *, is_redacted: bool) -> None:
    ids = [item["id"] for item in items]
    if len(set(ids)) != len(ids) or set(ids) != set(journal.of("evidence.named")):
        raise Broken("a photo was added, doubled or taken away")
    if len({event["id"] for event in journal.events}) != len(journal.events):
        raise Broken("an event stands twice")
    here = set(journal.of("evidence.stored")) - set(journal.of("evidence.deleted"))
    whole = set(journal.of("evidence.original_stored")) & here
    lost = [item["id"] for item in items if item["id"] in here and item["file"] is None]
    lost += [item["id"] for item in items if item["id"] in whole and item["as_shot"] is None]
    if lost and not is_redacted:
        raise Broken(f"the bytes of {lost[0]} are not in this file")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a verdict for each item of a file; returns 0 when all hold, else 1."""
    parser = argparse.ArgumentParser(description="Check an export of evidence.")
    parser.add_argument("file")
    parser.add_argument("--key", action="append", default=[], help="the name of the server's key that you trust")
    parser.add_argument("--authority", type=Path, help="a file (PEM) with the roots of time stamps that you trust")
    wish = parser.parse_args(arguments)
    roots = [] if wish.authority is None else x509.load_pem_x509_certificates(wish.authority.read_bytes())
    broken = 0
    for what, fault, notes in verdicts(wish.file, wish.key, roots):
        broken += fault is not None
        sys.stdout.write(f"{'ok  ' if fault is None else 'FAIL'}  {what}{'' if fault is None else ': ' + fault}\n")
        for note in notes:
            sys.stdout.write(f"      note: {note}\n")
    sys.stdout.write("everything holds\n" if broken == 0 else f"{broken} of it does not hold\n")
    return 0 if broken == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
