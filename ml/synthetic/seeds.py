"""Where does chance come from? One named stream per noun and block, so that a new noun changes no other."""

from zlib import crc32

import numpy as np


def stream(seed: int, noun: str, *part: int) -> np.random.Generator:
    """Return the generator of one noun (and one part of it, e.g. a block or a person and a minute)."""
    key = (crc32(noun.encode()), *part)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=key)))
