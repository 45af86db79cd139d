"""What does a passkey say on the wire? Base64url, as WebAuthn's own JSON has it."""

from typing import Annotated

import msgspec

from backend.identity.schemas import Label

CredentialId = Annotated[str, msgspec.Meta(min_length=1, max_length=1364, pattern="^[A-Za-z0-9_-]+$")]
ClientData = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Blob = Annotated[str, msgspec.Meta(min_length=1, max_length=8000)]


class RegistrationMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new passkey: its id, what the browser signed about, and its public key with what vouches for it."""

    id: CredentialId
    client_data: ClientData
    attestation: Blob


class AssertionMade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A nonce signed by a passkey."""

    id: CredentialId
    client_data: ClientData
    authenticator_data: ClientData
    signature: ClientData


class PasskeyOptions(msgspec.Struct, frozen=True):
    """For whom the browser shall make a passkey; `exclude` are those that the person has, `user_handle` base64url."""

    nonce: str
    rp_id: str
    user_handle: str
    user_name: str
    exclude: list[str]


class NewPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passkey with the name under which the person knows it."""

    label: Label
    made: RegistrationMade


class PasskeyShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A passkey that signed a nonce of ours."""

    assertion: AssertionMade


class Site(msgspec.Struct, frozen=True):
    """For which host passkeys are made, and from which page they may be used; a local one has any port."""

    rp_id: str
    origin: str
    is_https: bool


class PasskeyFacts(msgspec.Struct, frozen=True):
    """What is kept of a new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
