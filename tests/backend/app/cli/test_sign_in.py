"""Can an operator demand second factors, reset one, and let people in by their company, at the command line?"""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from backend.app.cli.people import tenant, user
from backend.app.cli.sign_in import sign_in

Say = Callable[..., Result]


@pytest.fixture
def say(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Say:
    """Run one of the commands against the tests' database, with a data folder of this test."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ROUNDS_DATA", str(tmp_path))

    def run(*words: str) -> Result:
        group = {"tenant": tenant, "user": user, "sign-in": sign_in}[words[0]]
        return CliRunner().invoke(group, list(words[1:]))

    return run


@pytest.fixture
def code(say: Say) -> str:
    """Make a lender with one person."""
    made = f"east-{uuid4().hex[:8]}"
    say("tenant", "add", made, "--name", "East")
    say("user", "add", f"bo.{made}", "--tenant", made, "--name", "Bo", "--role", "collector")
    return made


def test_a_second_factor_is_demanded_and_a_lost_one_reset(say: Say, code: str) -> None:
    """AD-3."""
    demanded = say("sign-in", "demand", "required", "--tenant", code, "--role", "collector", "--grace-days", "7")
    assert (demanded.exit_code, demanded.output) == (0, "second factor of collector: required\n")
    reset = say("sign-in", "reset", f"bo.{code}", "--reason", "new phone")
    assert reset.exit_code == 0, reset.output
    assert say("sign-in", "reset", f"nobody.{code}", "--reason", "x").exit_code == 1
    assert say("sign-in", "demand", "required", "--tenant", code, "--role", "lead", "--grace-days", "91").exit_code == 2


def test_people_may_come_in_by_their_company_until_it_ends(say: Say, code: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a-secret\n")
    words = ("--tenant", code, "--client-id", "rounds", "--secret-file", str(secret))
    made = say("sign-in", "company", *words, "--issuer", "https://login.example/east")
    assert made.exit_code == 0, made.output
    assert (tmp_path / "keys" / "vault.aes256").is_file()
    refused = say("sign-in", "company", *words, "--issuer", "http://login.example")
    assert (refused.exit_code, "https address" in refused.output) == (1, True)
    assert say("sign-in", "no-company", "--tenant", code).exit_code == 0
    assert say("sign-in", "no-company", "--tenant", code).exit_code == 1
