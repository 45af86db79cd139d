"""Is a password kept as OWASP wants it, and is an unknown person as much work as a known one?"""

import asyncio
import time

from backend.identity import passwords


async def test_the_hash_is_argon2id_with_owasp_parameters_and_salted() -> None:
    one, other = await passwords.hash_password("harbour-29"), await passwords.hash_password("harbour-29")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


async def test_only_the_password_fits_its_hash() -> None:
    kept = await passwords.hash_password("harbour-29")
    assert await passwords.is_password(kept, "harbour-29")
    assert not await passwords.is_password(kept, "harbour-28")
    assert not await passwords.is_password("not a hash", "harbour-29")


async def test_without_a_hash_nothing_fits() -> None:
    assert not await passwords.is_password(None, "harbour-29")


async def test_without_a_hash_the_same_work_is_done() -> None:
    """Time must not tell whether somebody exists: half the work would already be a tell, so the bound is generous."""
    kept = await passwords.hash_password("harbour-29")
    spent: dict[str | None, list[float]] = {kept: [], None: []}
    for hashed in (kept, None) * 5:
        began = time.process_time()
        await passwords.is_password(hashed, "harbour-28")
        spent[hashed].append(time.process_time() - began)
    assert min(spent[None]) > 0.4 * min(spent[kept])


async def test_the_loop_goes_on_while_passwords_are_tried() -> None:
    kept = await passwords.hash_password("harbour-29")
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    await asyncio.gather(*(passwords.is_password(kept, "no") for _ in range(4)))
    turning.cancel()
    assert turns > 100


def test_random_passwords_differ_and_are_easy_to_read_out() -> None:
    made = {passwords.random_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 19 and not set(one) & set("ilo01") for one in made)
