"""What does `python -m backend.app.cli` do? The same as the command `rounds`."""

from backend.app.cli.main import cli

cli(prog_name="rounds")
