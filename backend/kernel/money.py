"""How is money read and written? As an integer of the minor unit with an ISO 4217 code; never as a float."""

from decimal import Decimal, InvalidOperation

# Minor digits that differ from 2 (ISO 4217, table A.1), for the currencies a lender is likely to send.
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}
_CODE_LENGTH = 3
AMOUNT_MINOR_MAX = 10**15
"""Largest amount we take: ten trillion in hundredths, far inside bigint, so that sums of a book cannot overflow."""


class MoneyError(ValueError):
    """The text is not an amount of that currency."""


def minor_digits(currency: str) -> int:
    """Return how many decimal digits the currency has; raises MoneyError when the code is not three capitals."""
    if len(currency) != _CODE_LENGTH or not currency.isascii() or not currency.isupper():
        raise MoneyError(f"not a currency code: {currency!r}")
    return _MINOR_DIGITS.get(currency, 2)


def to_minor(text: str, currency: str) -> int:
    """Read a decimal amount ("1,234.50", "-3", "1.2e3") as minor units; raises MoneyError when digits would be lost."""
    cleaned = text.strip().replace(",", "").replace("\u00a0", "").replace("\uff0c", "").removeprefix("\u00a5")
    try:
        value = Decimal(cleaned.removeprefix("\uffe5").removeprefix("$").strip())
    except InvalidOperation as error:
        raise MoneyError(f"not an amount: {text!r}") from error
    return decimal_to_minor(value, currency)


def decimal_to_minor(value: Decimal, currency: str) -> int:
    """Turn an exact decimal into minor units; raises MoneyError for NaN, too many digits or too large a value."""
    if not value.is_finite():
        raise MoneyError(f"not an amount: {value}")
    scaled = value.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        raise MoneyError(f"{value} has more digits than {currency} knows")
    minor = int(scaled)
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise MoneyError(f"{value} is larger than we take")
    return minor


def to_text(amount_minor: int, currency: str) -> str:
    """Write minor units as a plain decimal ("-12.05"), without grouping or sign of the currency."""
    digits = minor_digits(currency)
    sign, whole = ("-", -amount_minor) if amount_minor < 0 else ("", amount_minor)
    if digits == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}d}"
