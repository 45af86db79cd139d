"""May this person be contacted, when else, and by which law? `rounds gate`: situations in, verdicts out.

One line in, one line out, in the same order; a line that cannot be judged is answered `{"id", "error"}` and the others
are judged. Neither the clock nor a database is looked at.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import IO

import click
import msgspec

from backend.compliance.checking import KNOWN_SINCE, KNOWN_UNTIL
from backend.compliance.choosing import hash_of, read_pack, shipped_packs
from backend.compliance.pack_faults import PackWrongError
from backend.compliance.rules import Interval, evaluate, windows
from backend.compliance.schemas import Situation

LINE_BYTES_MAX = 8 * 2**20
PACK_BYTES_MAX = 2 * 2**20
UNREAD = msgspec.Raw(b"null")


class Line(Situation, frozen=True, forbid_unknown_fields=True):
    """A situation with what people write beside it; that is not looked at."""

    expect: msgspec.Raw = UNREAD
    confidence: msgspec.Raw = UNREAD
    note: msgspec.Raw = UNREAD


class Refused(msgspec.Struct, frozen=True):
    """The answer to a line that cannot be judged; `id` is null where none can be read."""

    id: str | None
    error: str


class Windows(msgspec.Struct, frozen=True):
    """The stretches of a day in which a situation would be ALLOW."""

    id: str | None
    windows: list[Interval]


SITUATIONS = click.option(
    "--situations",
    type=click.File("rb"),
    required=True,
    help="A file with one situation a line; - reads what is piped.",
)
PACKS = click.option("--pack", "names", multiple=True, help="Judge by this pack, where a line names none; repeatable.")


@click.group()
def gate() -> None:
    """Ask the contact gate: may this person be contacted, when else, and by which law?"""


@gate.command("evaluate")
@SITUATIONS
@PACKS
def evaluate_lines(situations: IO[bytes], names: tuple[str, ...]) -> None:
    """Print one verdict a line; exit code 1 when a line could not be judged."""
    packs = shipped_packs()
    _answer(situations, names, lambda line: evaluate(line, packs))


@gate.command("windows")
@SITUATIONS
@click.option(
    "--date", "on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The local day that is asked about."
)
@PACKS
def windows_of_lines(situations: IO[bytes], on: datetime, names: tuple[str, ...]) -> None:
    """Print for each line in which stretches of a day, in whole minutes, it would be ALLOW."""
    if not KNOWN_SINCE.date() <= on.date() < KNOWN_UNTIL.date():
        raise click.BadParameter(f"{KNOWN_SINCE.year} to {KNOWN_UNTIL.year - 1}", param_hint="--date")
    packs, day = shipped_packs(), date(on.year, on.month, on.day)
    _answer(situations, names, lambda line: Windows(id=line.id, windows=windows(line, packs, day)))


@gate.command("packs")
def packs_there_are() -> None:
    """List the packs of law that come along: name, version, status, dates, hash, and what they are modelled on."""
    for pack in shipped_packs():
        until = "" if pack.effective_to is None else f" to {pack.effective_to}"
        click.echo(f"{pack.pack_id:10}  {pack.version}  {pack.status:8}  since {pack.since}{until}  {hash_of(pack)}")
        click.echo(f"{'':12}{pack.modelled_on}")


@gate.command("pack")
@click.argument("check", type=click.File("rb"))
def check_pack(check: IO[bytes]) -> None:
    """Say what is wrong with a pack that you wrote, CHECK.json; exit code 1 when something is."""
    text = check.read(PACK_BYTES_MAX + 1)
    if len(text) > PACK_BYTES_MAX:
        raise click.ClickException(f"{check.name}: a pack has at most {PACK_BYTES_MAX} bytes")
    try:
        pack = read_pack(text)
    except PackWrongError as wrong:
        raise click.ClickException("\n  ".join([f"{check.name}:", *str(wrong).split("; ")])) from wrong
    except msgspec.DecodeError as wrong:
        raise click.ClickException(f"{check.name}: {wrong}") from wrong
    click.echo(f"{pack.pack_id} {pack.version}: {len(pack.rules)} rules, nothing is wrong with it; {hash_of(pack)}")


def _answer(situations: IO[bytes], names: tuple[str, ...], judge: Callable[[Line], msgspec.Struct]) -> None:
    decoder, encoder, is_refused = msgspec.json.Decoder(Line), msgspec.json.Encoder(), False
    for text in _lines(situations):
        answer = _judged(text, names, decoder, judge)
        is_refused = is_refused or isinstance(answer, Refused)
        click.echo(encoder.encode(answer))
    if is_refused:
        raise SystemExit(1)


def _judged(
    text: bytes, names: tuple[str, ...], decoder: msgspec.json.Decoder[Line], judge: Callable[[Line], msgspec.Struct]
) -> msgspec.Struct:
    if len(text) > LINE_BYTES_MAX:
        return Refused(id=None, error=f"a line has at most {LINE_BYTES_MAX} bytes")
    try:
        line = decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return Refused(id=_id_of(text), error=str(wrong))
    if names and line.packs is None:
        line = msgspec.structs.replace(line, packs=list(names))
    return judge(line)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield each line, of one that is too long its beginning."""
    while text := file.readline(LINE_BYTES_MAX + 1):
        yield text
        while not text.endswith(b"\n") and (text := file.readline(LINE_BYTES_MAX)):
            pass


def _id_of(text: bytes) -> str | None:
    """Return the id of a line that is no situation, to find it again by."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    named = found.get("id") if isinstance(found, dict) else None
    return named if isinstance(named, str) else None
