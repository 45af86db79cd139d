"""Does a wrong setting say which one and what it should look like?"""

from pathlib import Path

import pytest

from backend.kernel.settings import SettingsError, read_settings

URL = "postgresql://rounds:x@127.0.0.1/rounds"


def test_defaults_follow_the_port() -> None:
    settings = read_settings({"DATABASE_URL": URL, "ROUNDS_PORT": "9000"})
    assert (settings.port, settings.origin, settings.is_demo) == (9000, "http://localhost:9000", False)
    assert settings.data_dir.is_absolute()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://x"),
        ("ROUNDS_PORT", "0"),
        ("ROUNDS_PORT", "eighty"),
        ("ROUNDS_POOL", "-1"),
        ("ROUNDS_DEMO_PACE", "0"),
        ("ROUNDS_DEMO_PACE", "3601"),
        ("ROUNDS_PUSH_CONTACT", "push@example.org"),
        ("ROUNDS_PUSH_CONTACT", "mailto:nobody"),
        ("ROUNDS_PUSH_CONTACT", "mailto:ops@intranet"),
        ("ROUNDS_PUSH_CONTACT", "https://example.org/contact"),
        ("ROUNDS_TSA_URL", "https://tsa.example.org/tsr"),
        ("ROUNDS_TSA_ROOTS", "/etc/ssl/tsa.pem"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"DATABASE_URL": URL, name: value})


@pytest.mark.parametrize(
    ("given", "lives"), [({}, True), ({"ROUNDS_DEMO_LIVE": "1"}, True), ({"ROUNDS_DEMO_LIVE": "0"}, False)]
)
def test_the_demo_lives_unless_the_operator_holds_it(given: dict[str, str], *, lives: bool) -> None:
    settings = read_settings({"DATABASE_URL": URL, **given})
    assert (settings.is_demo_live, settings.demo_pace) == (lives, 24)


def test_a_push_service_may_write_to_the_operator_or_to_the_site() -> None:
    def contact(**environ: str) -> str:
        return read_settings({"DATABASE_URL": URL, **environ}).push_contact

    assert contact(ROUNDS_PUSH_CONTACT="mailto:ops@example.org") == "mailto:ops@example.org"
    assert contact(ROUNDS_ORIGIN="https://rounds.example:8443") == "https://rounds.example"
    assert contact() == "mailto:rounds@localhost"
    assert contact(ROUNDS_ORIGIN="https://rounds") == "mailto:rounds@localhost"


def test_a_public_site_never_pushes_to_itself() -> None:
    environ = {"DATABASE_URL": URL, "ROUNDS_PUSH_TEST": "1"}
    assert read_settings(environ).is_push_test
    with pytest.raises(SettingsError, match="ROUNDS_PUSH_TEST"):
        read_settings(environ | {"ROUNDS_ORIGIN": "https://rounds.example"})


@pytest.mark.parametrize("url", ["ftp://tsa.example.org", "https://", "tsa.example.org"])
def test_an_authority_for_stamps_has_a_web_address(tmp_path: Path, url: str) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("")
    with pytest.raises(SettingsError, match="ROUNDS_TSA_URL"):
        read_settings({"DATABASE_URL": URL, "ROUNDS_TSA_URL": url, "ROUNDS_TSA_ROOTS": f"{roots}"})


def test_an_authority_for_stamps_needs_a_file_that_is_there(tmp_path: Path) -> None:
    given = {"DATABASE_URL": URL, "ROUNDS_TSA_URL": "https://tsa.example.org", "ROUNDS_TSA_ROOTS": f"{tmp_path / 'no'}"}
    with pytest.raises(SettingsError, match="ROUNDS_TSA_ROOTS"):
        read_settings(given)
    (tmp_path / "no").write_text("")
    read = read_settings(given)
    assert (read.tsa_url, read.tsa_roots) == ("https://tsa.example.org", tmp_path / "no")
    assert read_settings({"DATABASE_URL": URL}).tsa_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROUNDS_LINE_URL", "pbx.example.org"),
        ("ROUNDS_LINE_URL", "http://pbx.example.org:8088"),
        ("ROUNDS_LINE_URL", "ws://user:word@pbx.example.org"),
        ("ROUNDS_LINE_TRUNK", "PJSIP/trunk"),
        ("ROUNDS_LINE_TRUNK", "PJSIP/{number}@{trunk}"),
        ("ROUNDS_LINE_DESK", "PJSIP/{number}"),
    ],
)
def test_an_exchange_is_named_with_its_password_and_how_it_dials(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"DATABASE_URL": "postgresql://here", name: value})
    assert read_settings({"DATABASE_URL": "postgresql://here"}).line_url == ""
