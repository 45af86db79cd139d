"""Does `rounds robot` check a flow, start a campaign and print both groups?"""

from pathlib import Path

from click.testing import CliRunner

from backend.app.cli.robot import robot
from backend.calls.robot.commands import SHIPPED


def test_the_shipped_flow_is_checked_and_a_broken_one_is_told_where() -> None:
    done = CliRunner().invoke(robot, ["check", str(SHIPPED / "reminder.json")])
    assert (done.exit_code, done.output) == (0, "reminder: 14 steps, nothing wrong\n")


def test_a_flow_with_a_fault_fails(tmp_path: Path) -> None:
    broken = tmp_path / "flow.json"
    text = (SHIPPED / "reminder.json").read_text("utf-8")
    broken.write_text(text.replace('"next": "wrong"', '"next": "gone"'), "utf-8")
    done = CliRunner().invoke(robot, ["check", str(broken)])
    assert (done.exit_code, done.output) == (1, "greeting: leads to gone, which is not there\n")
    broken.write_text("{}", "utf-8")
    assert "that is no flow" in CliRunner().invoke(robot, ["check", str(broken)]).output
