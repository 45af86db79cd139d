"""Does a wrong setting say which one and what it should look like?"""

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
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"DATABASE_URL": URL, name: value})
