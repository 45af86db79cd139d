"""One target, fuzzed in a process of its own: `python -m tests.fuzz.one TARGET [options of libFuzzer]`.

The modules are instrumented while they are imported, so nothing of them may be imported before.
"""

import sys

import atheris

INSTRUMENTED = ["backend", "PIL", "tests.fuzz.planted"]


def main() -> None:
    """Fuzz until the budget is used up; a finding ends the process with its input written to a file."""
    name, arguments = sys.argv[1], [sys.argv[0], *sys.argv[2:]]
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.planted import PLANTED  # noqa: PLC0415 - see above
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415

    target = (TARGETS | PLANTED)[name]
    mutator = {} if target.mutator is None else {"custom_mutator": target.mutator}
    atheris.Setup(arguments, target.take, **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
