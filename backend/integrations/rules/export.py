"""How do refused lines go out so that they can be fixed, sent again, and opened in a spreadsheet without danger?

A spreadsheet runs a cell that begins with = + - @, a tab or a return as a formula (OWASP, CSV injection). Such a cell
gets one tab in front, inside quotes: it shows as text, nothing is lost, and the importer takes the tab off again.
"""

import csv
import re
from collections.abc import Sequence
from io import StringIO

from backend.integrations.rules.reasons import Language, say
from backend.integrations.schemas import Refusal

DANGEROUS = "=+-@\t\r＝＋－＠"
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
OWN = "rounds_"
"""Columns that begin so are ours; the importer does not offer them."""
REASON_COLUMNS = ("rounds_line", "rounds_column", "rounds_code", "rounds_reason", "rounds_value")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs; a plain number stays a number."""
    return f"\t{cell}" if cell.startswith(tuple(DANGEROUS)) and not _NUMBER.fullmatch(cell) else cell


def original(cell: str) -> str:
    """Take back what `harmless` did."""
    return cell[1:] if cell.startswith("\t") and cell[1:].startswith(tuple(DANGEROUS)) else cell


def refused_head(header: Sequence[str]) -> str:
    """Return the first line of the file of refused lines: the columns as they came, and ours behind them.

    It begins with a byte order mark, so that spreadsheets read the UTF-8 that follows.
    """
    own = [name for name in header if not name.startswith(OWN)]
    return "\ufeff" + _line([*own, *REASON_COLUMNS])


def refused_line(header: Sequence[str], group: Sequence[Refusal], language: Language) -> str:
    """Return one refused line: its cells as they came, then what is wrong; several reasons are joined by " | "."""
    places = [n for n, name in enumerate(header) if not name.startswith(OWN)]
    cells = [group[0].cells[n] if n < len(group[0].cells) else "" for n in places]
    too_many = group[0].cells[len(header) :]
    return _line([*cells, str(group[0].line), *_joined(group, language), *too_many])


def _joined(group: Sequence[Refusal], language: Language) -> list[str]:
    return [
        " | ".join(one.column for one in group),
        " | ".join(one.code for one in group),
        " | ".join(say(one.code, language) for one in group),
        " | ".join(one.value for one in group),
    ]


def _line(cells: Sequence[str]) -> str:
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()
