"""Does `rounds lint text` name what a text should not say, and fail for it?"""

import pytest
from click.testing import CliRunner

from backend.app.cli.lint import lint

SCRIPT = "您好,这里是北方银行,本次通话正在录音。"


@pytest.mark.parametrize(
    ("text", "more", "exit_code", "says"),
    [
        ("不还款就让公安抓你", [], 1, ["authority", "CN-COND-01"]),
        ("the police will arrest you", ["--language", "en"], 1, ["authority", "Nobody may pose as police"]),
        (SCRIPT, ["--speaker", "lender"], 0, ["says: nothing"]),
        ("", [], 0, ["says: nothing", "lacks: "]),
    ],
)
def test_a_text_is_looked_through(text: str, more: list[str], exit_code: int, says: list[str]) -> None:
    done = CliRunner().invoke(lint, ["text", "-", *more], input=text)
    assert done.exit_code == exit_code, done.output
    assert all(one in done.output for one in says), done.output


def test_what_is_no_text_is_refused() -> None:
    done = CliRunner().invoke(lint, ["text", "-"], input=b"\xff\xfe\x00")
    assert (done.exit_code, "UTF-8" in done.output) == (1, True)
