"""What value does the text of a cell stand for? Exactly one, or a code that says why not; nothing is guessed."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import msgspec

from backend.kernel.money import MoneyError, decimal_to_minor, minor_digits

DATE_MIN = date(1900, 3, 1)
DATE_MAX = date(2199, 12, 31)
RATE_PPM_MAX = 100_000_000
WHOLE_MAX = 10**9
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_ISO = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SIGNS = re.compile(r"^(?:[¥￥$€£]|CNY|RMB|USD|EUR|人民币)\s*|\s*(?:元|圆|CNY|RMB|USD|EUR)$")
_NO_VALUE = frozenset({"", "-", "--", "—", "null", "none", "nan", "n/a", "na", "#n/a", "\\n", "无", "nil"})
_DAY_FORMATS = {
    "us": ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"),
    "eu": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
}
_DAY_ZERO = {"epoch_days": date(1970, 1, 1), "sas": date(1960, 1, 1), "excel": date(1899, 12, 30)}
_SECONDS = {"epoch_seconds": 1, "epoch_millis": 1000}
_UNITS = {"major": 1, "thousand": 1000, "wan": 10_000}
_RATES = {"percent": 10_000, "fraction": 1_000_000, "permille": 1000, "ppm": 1}
_ROUNDINGS = {"half_even": ROUND_HALF_EVEN, "half_up": ROUND_HALF_UP, "down": ROUND_DOWN}
_YES = frozenset({"y", "yes", "true", "1", "t", "是", "有", "可", "√"})
_NO = frozenset({"n", "no", "false", "0", "f", "否", "无", "不可", "×"})


class Bad(msgspec.Struct, frozen=True):
    """A text that stands for no value: the code of the reason."""

    code: str


def is_no_value(text: str) -> bool:
    """Tell whether a typed cell (amount, date, number) says that there is nothing; names are never read this way."""
    return text.strip().casefold() in _NO_VALUE


def date_formats() -> frozenset[str]:
    """Return the names of formats that `read_date` knows, beside strptime patterns (with a %)."""
    return frozenset({"iso", *_DAY_FORMATS, *_DAY_ZERO, *_SECONDS})


def read_date(text: str, form: str) -> date | Bad:
    """Read a day; a text that begins with a four-digit year is read as such whatever the form says."""
    found = _iso_day(text)
    if found is None:
        found = _numbered_day(text, form) if form in _DAY_ZERO or form in _SECONDS else _written_day(text, form)
    if isinstance(found, date) and not DATE_MIN <= found <= DATE_MAX:
        return Bad("date.out_of_range")
    return found


def _iso_day(text: str) -> date | Bad | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return Bad("date.no_such_day")


def _written_day(text: str, form: str) -> date | Bad:
    compact = _COMPACT.fullmatch(text) if form == "iso" else None
    patterns = ("%Y%m%d",) if compact else _DAY_FORMATS.get(form, (form,))
    for pattern in patterns:
        try:
            return datetime.strptime(text.split(" ", maxsplit=1)[0] if " " not in pattern else text, pattern).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    return Bad("date.not_a_date")


def _numbered_day(text: str, form: str) -> date | Bad:
    number = _decimal(text)
    if number is None or abs(number) >= Decimal(10) ** 14:
        return Bad("date.not_a_date")
    zero = _DAY_ZERO.get(form, _DAY_ZERO["epoch_days"])
    days = number // (86_400 * _SECONDS[form]) if form in _SECONDS else number
    try:
        return zero + timedelta(days=int(days))
    except OverflowError:
        return Bad("date.out_of_range")


def read_amount(text: str, currency: str, unit: str, rounding: str) -> int | Bad:
    """Read an amount as minor units; digits beyond the currency are refused unless the mapping names a rounding."""
    number = _decimal(_SIGNS.sub("", _negative(unicodedata.normalize("NFKC", text).strip())))
    if number is None:
        return Bad("money.not_an_amount")
    try:
        digits = minor_digits(currency)
    except MoneyError:
        return Bad("money.no_such_currency")
    try:
        if unit == "minor":
            number = number.scaleb(-digits)
        value = number * _UNITS.get(unit, 1)
        if rounding != "refuse" and abs(value) < Decimal(10) ** 18:
            value = value.quantize(Decimal(1).scaleb(-digits), rounding=_ROUNDINGS[rounding])
        return decimal_to_minor(value, currency)
    except MoneyError as error:
        return Bad("money.too_many_digits" if "more digits" in str(error) else "money.out_of_range")


def read_rate(text: str, unit: str) -> int | Bad:
    """Read a yearly rate as parts per million, to the nearest; a percent sign wins over the unit."""
    written = unicodedata.normalize("NFKC", text).strip()
    number = _decimal(written.removesuffix("%").strip())
    if number is None:
        return Bad("rate.not_a_rate")
    ppm = number * _RATES["percent" if written.endswith("%") else unit]
    if not 0 <= ppm <= RATE_PPM_MAX:
        return Bad("rate.out_of_range")
    return int(ppm.to_integral_value(ROUND_HALF_EVEN))


def read_whole(text: str) -> int | Bad:
    """Read a whole number; "12.0" is 12, "12.5" is refused."""
    number = _decimal(unicodedata.normalize("NFKC", text).strip())
    if number is None or abs(number) > WHOLE_MAX or number != number.to_integral_value():
        return Bad("number.not_whole")
    return int(number)


def read_degree(text: str, limit: int) -> float | Bad:
    """Read degrees of latitude (limit 90) or longitude (limit 180); a place is no money, so a float is right here."""
    number = _decimal(text.strip())
    if number is None or abs(number) > limit:
        return Bad("place.not_degrees")
    return float(number)


def read_flag(text: str) -> bool | Bad:
    """Read yes or no, in either language."""
    folded = text.strip().casefold()
    if folded in _YES:
        return True
    return False if folded in _NO else Bad("flag.not_yes_or_no")


def read_code(text: str, allowed: frozenset[str], synonyms: Mapping[str, str]) -> str | Bad:
    """Read one of a closed list of codes, by itself or by a word that is known to mean it."""
    if text in allowed:
        return text
    folded = text.casefold()
    if folded in allowed:
        return folded
    return synonyms.get(folded, Bad("code.not_in_list"))


def read_text(text: str, chars_max: int) -> str | Bad:
    """Keep a text as it is, whatever it looks like ("=1+1", "null"); only its length is bounded."""
    return text if len(text) <= chars_max else Bad("text.too_long")


def add_months(day: date, months: int) -> date | Bad:
    """Return the day `months` later, the last of the month when there is no such day."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    if not DATE_MIN.year <= year <= DATE_MAX.year:
        return Bad("date.out_of_range")
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def _negative(text: str) -> str:
    return f"-{text[1:-1].strip()}" if text.startswith("(") and text.endswith(")") else text


def _decimal(text: str) -> Decimal | None:
    """Read digits, or digits grouped by thousands; "1,23" is no number because it may mean two."""
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    return Decimal(text.replace(",", "")) if _GROUPED.fullmatch(text) else None
