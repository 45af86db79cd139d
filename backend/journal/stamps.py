"""Does a time stamp of a third party (RFC 3161) cover this text, and since when? Read with nothing but `cryptography`.

It goes into every export as a part of verify.py (backend/evidence/packing.py): it reads the few parts of DER and CMS
(RFC 5652) that a stamp has, and holds it against the certificates of authorities that are trusted. The server checks a
stamp by another program when it comes (stamping.py), so two that were written apart agree on each.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

STAMP_BYTES_MAX = 65_536
CLOCKS_MAX = timedelta(minutes=5)
"""How far the clocks of the server and of an authority may be apart."""

CHAIN_MAX = 8
_SEQUENCE, _SET, _OID, _OCTETS, _TIME, _FIRST, _INTEGER = 0x30, 0x31, 0x06, 0x04, 0x18, 0xA0, 0x02
_LONG, _LENGTH_BYTES_MAX = 0x80, 4
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_STAMP_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE, _DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_SIGNER_V1, _SIGNER_V2 = bytes.fromhex("2a864886f70d010910020c"), bytes.fromhex("2a864886f70d010910022f")
_RSA = bytes.fromhex("2a864886f70d010101")
_HASHES: dict[bytes, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256,
    bytes.fromhex("608648016503040202"): hashes.SHA384,
    bytes.fromhex("608648016503040203"): hashes.SHA512,
    bytes.fromhex("2a864886f70d01010b"): hashes.SHA256,
    bytes.fromhex("2a864886f70d01010c"): hashes.SHA384,
    bytes.fromhex("2a864886f70d01010d"): hashes.SHA512,
    bytes.fromhex("2a8648ce3d040302"): hashes.SHA256,
    bytes.fromhex("2a8648ce3d040303"): hashes.SHA384,
    bytes.fromhex("2a8648ce3d040304"): hashes.SHA512,
}
"""Digests, RSA with a digest (PKCS #1 1.5), ECDSA with a digest. Nothing older than SHA-2 is believed."""

# What `cryptography` raises at certificates that are broken or strange.
_UNREADABLE = (
    ValueError, IndexError, TypeError, KeyError, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension,
    x509.InvalidVersion,
)  # fmt: skip


class StampError(ValueError):
    """Why a stamp proves nothing; the text is for people."""


class Part:
    """One value of DER: its tag, all its bytes, and those of its content."""

    def __init__(self, tag: int, whole: bytes, content: bytes) -> None:
        """Keep what was read."""
        self.tag, self.whole, self.content = tag, whole, content

    def parts(self) -> list["Part"]:
        """Return the values inside; raises StampError."""
        return list(_read(self.content))

    def only(self, tag: int) -> bytes:
        """Return the content of a value that must have this tag; raises StampError."""
        if self.tag != tag:
            raise StampError("the stamp is not written as the standard says")
        return self.content


def _read(data: bytes) -> Iterator[Part]:
    at = 0
    while at < len(data):
        size, body = _length(data, at + 1)
        if body + size > len(data):
            raise StampError("the stamp is cut short")
        yield Part(data[at], data[at : body + size], data[body : body + size])
        at = body + size


def _length(data: bytes, at: int) -> tuple[int, int]:
    """Return the length of a value and where it begins; there is one way only to write a length."""
    first = data[at] if at < len(data) else 0xFF
    if first < _LONG:
        return first, at + 1
    count = first - _LONG
    raw = data[at + 1 : at + 1 + count]
    size = int.from_bytes(raw, "big")
    if not 1 <= count <= _LENGTH_BYTES_MAX or len(raw) != count or raw[0] == 0 or size < _LONG:
        raise StampError("the stamp is not written as the standard says")
    return size, at + 1 + count


def _one(data: bytes) -> Part:
    found = list(_read(data))
    if len(found) != 1:
        raise StampError("something follows the stamp")
    return found[0]


def _hash_named(algorithm: Part) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    name = algorithm.parts()[0].only(_OID)
    if name not in _HASHES:
        raise StampError("the stamp uses a hash or signature that is not believed here")
    return _HASHES[name]()


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    digest = hashes.Hash(algorithm)
    digest.update(data)
    return digest.finalize()


class Stamp:
    """A stamp that was taken apart; nothing of it is checked yet."""

    def __init__(self, response: bytes) -> None:
        """Read a response of an authority (TimeStampResp); raises StampError."""
        if len(response) > STAMP_BYTES_MAX:
            raise StampError("the stamp is larger than stamps are")
        status, *rest = _one(response).parts()
        if status.parts()[0].only(_INTEGER) != b"\0" or not rest:
            raise StampError("the authority gave no stamp")
        kind, explicit = rest[0].parts()
        version_to_signers = explicit.parts()[0].parts()
        if kind.only(_OID) != _SIGNED_DATA or version_to_signers[-1].tag != _SET:
            raise StampError("the stamp is not signed")
        what, content = version_to_signers[2].parts()
        if what.only(_OID) != _STAMP_INFO:
            raise StampError("what is signed is no stamp")
        self.info = content.parts()[0].only(_OCTETS)
        certificates = [part for part in version_to_signers[3:-1] if part.tag == _FIRST]
        ders = [one.whole for part in certificates for one in part.parts() if one.tag == _SEQUENCE]
        self.certificates = [x509.load_der_x509_certificate(der) for der in ders]
        signers = version_to_signers[-1].parts()
        if len(signers) != 1:
            raise StampError("a stamp has one signer")
        self.signer = signers[0].parts()
        _, policy, imprint, serial, at = _one(self.info).parts()[:5]
        self.imprint, self.policy = imprint, policy.only(_OID)
        self.serial = int.from_bytes(serial.only(_INTEGER), "big", signed=True)
        self.at = _instant(at.only(_TIME))
        self.authority = ""


def _instant(text: bytes) -> datetime:
    """Read GeneralizedTime in UTC, with or without parts of a second."""
    whole, _, fraction = text.decode("ascii", "replace").removesuffix("Z").partition(".")
    if not text.endswith(b"Z") or (fraction and not fraction.isdecimal()):
        raise StampError("the time of the stamp cannot be read")
    at = datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return at.replace(microsecond=int(fraction[:6].ljust(6, "0")))


def check_stamp(text: bytes, response: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    """Hold a stamp against the text that it covers and the authorities that are trusted; raises StampError."""
    try:
        stamp = Stamp(response)
        _check_imprint(stamp, text)
        signer = _signer(stamp)
        stamp.authority = signer.subject.rfc4514_string()
        _check_attributes(stamp, signer)
        _check_chain(signer, stamp, roots)
    except StampError:
        raise
    except _UNREADABLE as error:
        raise StampError("the stamp is not written as the standard says") from error
    return stamp


class HeadWithStamp(TypedDict):
    """A signed head as it stands in an export; the stamp is the authority's response in base64."""

    head: str
    stamp: str | None


def check_stamps(
    listed: Sequence[HeadWithStamp], sealed_at: Mapping[int, str], roots: Sequence[x509.Certificate]
) -> list[str]:
    """Hold the stamps of a chain of heads against the authorities; returns what they say, for people.

    `sealed_at` is what each head says, by its number, in the order of the list. Raises StampError.
    """
    stamped: dict[int, Stamp] = {}
    there = [(number, one["head"], one["stamp"]) for number, one in zip(sealed_at, listed, strict=True)]
    if any(response is not None for _, _, response in there) and not roots:
        return ["time stamps are here, but no root to hold them against: give one with --authority"]
    for number, head, response in there:
        if response is None:
            continue
        stamped[number] = check_stamp(head.encode(), base64.b64decode(response, validate=True), roots)
        if datetime.strptime(sealed_at[number], "%Y-%m-%dT%H:%M:%S.%f%z") > stamped[number].at + CLOCKS_MAX:
            raise StampError(f"head {number} says that it was sealed after it was stamped")
    notes = [
        f"head {number} and all before it were there at {stamped[number].at:%Y-%m-%d %H:%M:%S} UTC, says"
        f" {stamped[number].authority} (stamp {stamped[number].serial})"
        for number in sorted({min(stamped), max(stamped)} if stamped else ())
    ]
    alone = [number for number in sealed_at if number > max(stamped, default=0)]
    if alone:
        notes.append(f"when heads {alone[0]} to {alone[-1]} were sealed is the word of their server alone")
    return notes


def in_order(response: bytes) -> bytes:
    """Return a response whose certificates stand in the order that DER asks for; raises StampError.

    OpenSSL and many authorities write them as they lie, which strict readers refuse. No signature covers their order.
    """
    try:
        token = _one(response).parts()[1].parts()[1].parts()[0]
        listed = next((part for part in token.parts()[3:-1] if part.tag == _FIRST), None)
    except IndexError as error:
        raise StampError("the authority gave no stamp") from error
    if listed is None:
        return response
    ordered = b"".join(sorted(part.whole for part in listed.parts()))
    return response.replace(listed.content, ordered, 1)


def _check_imprint(stamp: Stamp, text: bytes) -> None:
    algorithm, imprint = stamp.imprint.parts()
    if _digest(_hash_named(algorithm), text) != imprint.only(_OCTETS):
        raise StampError("the stamp covers another text")


def _signer(stamp: Stamp) -> x509.Certificate:
    issuer, serial = (part.whole for part in stamp.signer[1].parts())
    for one in stamp.certificates:
        mine = _one(one.tbs_certificate_bytes).parts()
        mine = mine[1:] if mine[0].tag == _FIRST else mine
        if (mine[2].whole, mine[0].whole) == (issuer, serial):
            return one
    raise StampError("the certificate of the signer is missing")


def _check_attributes(stamp: Stamp, signer: x509.Certificate) -> None:
    """Check what the signer signed: the kind, the digest of the stamp, and which certificate it meant."""
    algorithm, attributes, signed_by, signature = stamp.signer[2:6]
    attributes.only(_FIRST)
    told = {one.parts()[0].only(_OID): one.parts()[1].parts()[0] for one in attributes.parts()}
    if len(told) != len(attributes.parts()) or told[_CONTENT_TYPE].only(_OID) != _STAMP_INFO:
        raise StampError("what is signed is no stamp")
    if told[_DIGEST].only(_OCTETS) != _digest(_hash_named(algorithm), stamp.info):
        raise StampError("the stamp was changed after it was signed")
    if not _names(told, signer):
        raise StampError("the stamp means another certificate")
    hasher = _hash_named(algorithm if signed_by.parts()[0].content == _RSA else signed_by)
    _check_signature(signer, signature.only(_OCTETS), bytes([_SET]) + attributes.whole[1:], hasher)


def _names(told: dict[bytes, Part], signer: x509.Certificate) -> bool:
    """Tell whether the signed attributes name this certificate (RFC 5816, or RFC 2634 with its SHA-1 of old)."""
    der = signer.public_bytes(Encoding.DER)
    if _SIGNER_V2 in told:
        first = told[_SIGNER_V2].parts()[0].parts()[0].parts()
        algorithm = _hash_named(first[0]) if first[0].tag == _SEQUENCE else hashes.SHA256()
        named = first[1] if first[0].tag == _SEQUENCE else first[0]
        return named.only(_OCTETS) == _digest(algorithm, der)
    if _SIGNER_V1 in told:
        named = told[_SIGNER_V1].parts()[0].parts()[0].parts()[0]
        return named.only(_OCTETS) == hashlib.sha1(der).digest()  # noqa: S324 - the signature beside it is of SHA-2
    raise StampError("the stamp does not say which certificate it means")


def _check_signature(
    signer: x509.Certificate, signature: bytes, data: bytes, hasher: hashes.SHA256 | hashes.SHA384 | hashes.SHA512
) -> None:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hasher)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hasher))
        else:
            raise StampError("the stamp uses a signature that is not believed here")
    except InvalidSignature as error:
        raise StampError("the authority did not sign this") from error


def _check_chain(signer: x509.Certificate, stamp: Stamp, roots: Sequence[x509.Certificate]) -> None:
    """Go up from the signer to an authority that is trusted; each certificate must have been valid at the time."""
    purposes = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if not purposes.critical or list(purposes.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise StampError("the certificate is not one for stamps")
    one, known = signer, [*roots, *stamp.certificates]
    for _ in range(CHAIN_MAX):
        if not one.not_valid_before_utc <= stamp.at <= one.not_valid_after_utc:
            raise StampError("a certificate was not valid at the time of the stamp")
        if one in roots:
            return
        above = next((other for other in known if other != one and _issued(one, other)), None)
        if above is None:
            break
        one = above
    raise StampError("the stamp is of an authority that is not trusted here")


def _issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
        return by.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (*_UNREADABLE, InvalidSignature):
        return False
