"""Which commands does `rounds` have? This table; a command's file is loaded only when it is asked for."""

import importlib

import click
import msgspec


class Entry(msgspec.Struct, frozen=True):
    """Where a command stands and what the list says about it."""

    module: str
    attribute: str
    summary: str


COMMANDS = {
    "run": Entry("backend.app.cli.run", "run", "Start Rounds: private database, demo, server."),
    "db": Entry("backend.app.cli.database", "db", "Look after the database: status, psql, migrate."),
    "backup": Entry("backend.app.cli.backup", "backup", "Copy database and files into a new folder."),
    "restore": Entry("backend.app.cli.backup", "restore", "Bring a backup into an empty database and data folder."),
    "evidence": Entry(
        "backend.app.cli.evidence", "evidence", "Hand the evidence of a case over, so that a stranger can check it."
    ),
    "rescue": Entry("backend.app.cli.rescue", "rescue", "Take in what a phone could not send: its rescue file."),
    "audit": Entry("backend.app.cli.audit", "audit", "Hold the journal against its signed heads."),
    "gate": Entry("backend.app.cli.gate", "gate", "Ask whether a contact is lawful; list and check packs of law."),
    "verdict": Entry("backend.app.cli.verdict", "verdict", "Show a verdict of the contact gate, or make it again."),
    "lint": Entry("backend.app.cli.lint", "lint", "Look through a script or note for what it should not say."),
    "calendar": Entry("backend.app.cli.calendar", "calendar", "Bring in which days are worked, and list them."),
    "robot": Entry("backend.app.cli.robot", "robot", "Let robots call; check what they say; see what calling does."),
    "tenant": Entry("backend.app.cli.people", "tenant", "Make lenders."),
    "team": Entry("backend.app.cli.people", "team", "Make teams."),
    "user": Entry("backend.app.cli.people", "user", "Look after people: add, list, password, link, deactivate."),
    "sign-in": Entry(
        "backend.app.cli.sign_in", "sign_in", "Say by what people sign in: second factor, the company's own sign-in."
    ),
    "import": Entry("backend.app.cli.book", "book", "Bring a loan book in; import guess shows how it reads."),
    "world": Entry("backend.app.cli.world", "world", "Make a town and a loan book that do not exist, as files."),
    "map": Entry("backend.app.cli.map", "map_group", "Make the map of a real town from OpenStreetMap data."),
    "openapi": Entry("backend.app.cli.openapi", "openapi", "Write the documents of the API into openapi/."),
}


class Commands(click.Group):
    """A group that knows its commands by name and imports them late: `rounds --help` needs no database library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None when there is none of this name."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        loaded = getattr(importlib.import_module(entry.module), entry.attribute)
        if not isinstance(loaded, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is not a command")
        return loaded

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the words of the table, loading none of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=Commands)
def cli() -> None:
    """Work with Rounds: whom to visit, lawfully, offline, with proof."""
