"""What does a script, template or note say that it should not? `rounds lint text FILE`; - reads what is piped."""

from typing import IO

import click

from backend.compliance.choosing import shipped_packs
from backend.compliance.law_reading import words_of
from backend.compliance.schemas import CollectorKind
from backend.compliance.text_lint import LENGTH_MAX
from backend.compliance.text_lint import lint as linted_text

BYTES_MAX = LENGTH_MAX * 4


@click.group()
def lint() -> None:
    """Look through texts before somebody sends or says them."""


@lint.command("text")
@click.argument("file", type=click.File("rb"))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of its reader.")
@click.option(
    "--speaker", type=click.Choice([kind.value for kind in CollectorKind]), default="agency", show_default=True
)
def lint_file(file: IO[bytes], language: str, speaker: str) -> None:
    """Print what FILE says and lacks, with the places and the rules; exit code 1 when a phrase was found."""
    body = file.read(BYTES_MAX + 1)
    if len(body) > BYTES_MAX:
        raise click.ClickException(f"a text has at most {BYTES_MAX} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError as wrong:
        raise click.ClickException(f"the text is not UTF-8: {wrong}") from wrong
    done = linted_text(text, language, speaker=CollectorKind(speaker))
    for one in done.found:
        click.echo(f"{one.start}-{one.end}  {one.fact}  {one.text!r}  {' '.join(one.rules)}")
    click.echo(f"says: {' '.join(done.says) or 'nothing'}")
    click.echo(f"lacks: {' '.join(done.lacks) or 'nothing'}")
    named = sorted({rule for one in done.found for rule in one.rules})
    for words in words_of(named, shipped_packs()):
        click.echo(f"{words.id}: {words.zh if language == 'zh' else words.en}")
    if done.is_cut:
        raise click.ClickException("the text was not read to its end: it is too long")
    if done.found:
        raise SystemExit(1)
