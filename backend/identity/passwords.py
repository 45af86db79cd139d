"""How is a password kept and tried? Argon2id, in two threads of its own, so that the event loop never waits for it."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's profile (Password Storage Cheat Sheet): 19 MiB, two passes; some 40 ms."""

# Two at a time bound the memory to 38 MiB and leave the other core to everybody who is signed in.
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken when read out on the telephone: i, l, o, 0, 1."""

_GROUPS, _GROUP_LENGTH = 4, 4
_NOBODY = _HASHER.hash(secrets.token_hex(16))


def random_password() -> str:
    """Return a new password of four groups of four (79 bits), easy to read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


async def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password in PHC form."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def is_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password fits; without a hash the same work is done for nothing, so that time tells nothing."""
    fits = await asyncio.get_running_loop().run_in_executor(_THREADS, _fits, password_hash or _NOBODY, password)
    return fits and password_hash is not None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
