"""How are the API's documents written? `rounds openapi`, after a route or a shape changed."""

import click

from backend.app.openapi import FOLDER, write_documents


@click.command()
def openapi() -> None:
    """Write openapi.json, problems.json and codes.json."""
    for path in write_documents():
        click.echo(f"{FOLDER.name}/{path.name}")
