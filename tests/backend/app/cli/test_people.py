"""Can an operator make the first people of an empty house at the command line?"""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from backend.app.cli.people import team, tenant, user

Say = Callable[..., Result]


@pytest.fixture
def say(url: str, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run one of the commands against the tests' database."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ROUNDS_ORIGIN", "https://rounds.example")

    def run(*words: str) -> Result:
        group = {"tenant": tenant, "team": team, "user": user}[words[0]]
        return CliRunner().invoke(group, list(words[1:]))

    return run


def test_an_operator_makes_a_tenant_a_team_and_an_administrator(say: Say) -> None:
    code = f"south-{uuid4().hex[:8]}"
    login = f"first.{code}"

    made = say("tenant", "add", code, "--name", "South", "--zone", "Europe/Helsinki", "--currency", "EUR")
    made_team = say("team", "add", "Field", "--tenant", code, "--kind", "field")
    added = say("user", "add", login.upper(), "--tenant", code, "--name", "Ann", "--role", "admin", "--team", "Field")
    listed = say("user", "list", "--tenant", code)

    assert (made.exit_code, made_team.exit_code, added.exit_code) == (0, 0, 0), added.output
    assert re.search(r"https://rounds\.example/enter#[\w-]{43}\n", added.output)
    assert re.search(rf"^{login} +admin +active +Ann$", listed.output, re.MULTILINE)


def test_a_person_gets_a_password_a_link_and_is_shut_out(say: Say) -> None:
    code = f"south-{uuid4().hex[:8]}"
    say("tenant", "add", code, "--name", "South")
    say("user", "add", f"boss.{code}", "--tenant", code, "--name", "Boss", "--role", "admin")
    say("user", "add", f"bo.{code}", "--tenant", code, "--name", "Bo", "--role", "collector")

    password = say("user", "password", f"bo.{code}")
    link = say("user", "link", f"bo.{code}")
    out = say("user", "deactivate", f"bo.{code}")
    no_link = say("user", "link", f"bo.{code}")
    back = say("user", "activate", f"bo.{code}")

    assert re.search(r": [a-z2-9]{4}(-[a-z2-9]{4}){3}\n", password.output)
    assert "/enter#" in link.output
    assert out.output.endswith("is inactive\n")
    assert no_link.exit_code == 1
    assert "identity.user_inactive" in no_link.output
    assert back.output.endswith("is active\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("user", "add", "x y", "--tenant", "{code}", "--name", "X", "--role", "lead"), "identity.login_unfit"),
        (("user", "add", "xy", "--tenant", "{code}", "--name", "X", "--role", "lead", "--team", "No"), "no team 'No'"),
        (("user", "add", "boss.{code}", "--tenant", "{code}", "--name", "X", "--role", "lead"), "identity.login_taken"),
        (("user", "deactivate", "boss.{code}"), "identity.last_admin"),
        (("user", "link", "nobody.{code}"), "nobody signs in as"),
        (("user", "list", "--tenant", "no-such"), "there is no tenant"),
        (("tenant", "add", "{code}", "--name", "Again"), "identity.tenant_code_taken"),
        (("tenant", "add", "moon", "--name", "Moon", "--zone", "Moon/Base"), "identity.unknown_zone"),
        (("team", "add", "Field", "--tenant", "{code}", "--kind", "field"), "identity.team_name_taken"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(say: Say, words: tuple[str, ...], says: str) -> None:
    code = f"south-{uuid4().hex[:8]}"
    say("tenant", "add", code, "--name", "South")
    say("team", "add", "Field", "--tenant", code, "--kind", "field")
    say("user", "add", f"boss.{code}", "--tenant", code, "--name", "Boss", "--role", "admin")

    refused = say(*(word.format(code=code) for word in words))

    assert refused.exit_code == 1, refused.output
    assert says in refused.output
    assert refused.output.count("\n") == 1
