"""Which phones and identity numbers may a made-up person carry? Valid in form, and nobody's.

Chinese phones begin with 1349: a block that was set aside for satellite telephones and is not given to mobile
subscribers. English phones are 555-0100 to 555-0199, kept free for fiction in every North American area code; there
are only 100 of them in each, so in a big world several people share one. Neither is a promise of the operators:
never dial a number of the made-up world. Identity and company numbers carry a right check digit and the division
code 99xxxx, which no authority has.
"""

import numpy as np

from ml.synthetic.columns import Days, Flags, Ints, Texts, digits_of, joined, numbered, spelled
from ml.synthetic.language import Language

_MOBILE_SPAN = 10_000_000
_MOBILE_STEP = 7_368_787
"""Coprime to the span, so that counting up visits each number once and neighbours look unlike."""
_AREA_CODES = (
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 225, 228, 229, 231, 234, 239,
    240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309, 310,
    312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 334, 336, 337, 339, 347, 351, 352, 360, 361, 386,
    401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 425, 432, 434, 435, 440, 443, 469,
    478, 479, 480, 484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 530, 540, 541,
)  # fmt: skip
_FICTION_PER_AREA = 100
_WEIGHTS_PERSON = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
"""GB 11643-1999."""
_CHECKS_PERSON = np.array([ord(letter) for letter in "10X98765432"])
_ALPHABET_COMPANY = np.array([ord(letter) for letter in "0123456789ABCDEFGHJKLMNPQRTUWXY"])
"""GB 32100-2015 leaves out I, O, S, V and Z."""
_WEIGHTS_COMPANY = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])


def phones(language: Language, serial: Ints, seed: int) -> Texts:
    """Return the phone of each serial number; in Chinese, serials below ten million never share one."""
    if language.code == "zh":
        return numbered("1349", (serial * _MOBILE_STEP + seed * 104_729) % _MOBILE_SPAN, 7)
    place = (serial * 7_919 + seed * 101) % (len(_AREA_CODES) * _FICTION_PER_AREA)
    area = np.array(_AREA_CODES)[place // _FICTION_PER_AREA]
    return joined(numbered("+1", area, 3), numbered("55501", place % _FICTION_PER_AREA, 2))


def person_numbers(rng: np.random.Generator, born_on: Days, female: Flags) -> Texts:
    """Return 18-character identity numbers (GB 11643) with an impossible division code."""
    size = len(born_on)
    months = born_on.astype("datetime64[M]").astype(np.int64)
    day = (born_on - born_on.astype("datetime64[M]")).astype(np.int64) + 1
    birth = (months // 12 + 1970) * 10_000 + (months % 12 + 1) * 100 + day
    # The 17th digit is odd for men and even for women.
    order = rng.integers(0, 500, size) * 2 + np.where(female, 0, 1)
    division = 990_000 + rng.integers(0, 10_000, size)
    body = digits_of((division * 10**8 + birth) * 1_000 + order, 17)
    check = _CHECKS_PERSON[(body * _WEIGHTS_PERSON).sum(axis=1) % 11]
    return spelled(np.column_stack([body + ord("0"), check]).astype(np.uint32))


def company_numbers(rng: np.random.Generator, size: int) -> Texts:
    """Return 18-character unified social credit codes (GB 32100) with an impossible division code."""
    head = np.broadcast_to(np.array([9, 1, 9, 9]), (size, 4))
    body = np.hstack([head, rng.integers(0, 10, (size, 4)), rng.integers(0, len(_ALPHABET_COMPANY), (size, 9))])
    check = (31 - (body * _WEIGHTS_COMPANY).sum(axis=1) % 31) % 31
    return spelled(_ALPHABET_COMPANY[np.column_stack([body, check])].astype(np.uint32))
