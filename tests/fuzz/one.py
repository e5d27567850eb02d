"""One target under libFuzzer, in a process of its own: ``python -m tests.fuzz.one TARGET [OPTION…] [FILE…]``.

With files it runs those and ends: so a find is tried again. Whatever the target raises is a crash and ends the process.
"""

from __future__ import annotations

import sys

import atheris

_OURS = ["feeds", "services.intake", "services.grants", "services.desks", "services.photos", "services.web.wsse"]
_OTHERS = ["email", "csv", "PIL"]

with atheris.instrument_imports(
    include=[*_OURS, *_OTHERS]
):  # counts their branches; so nothing of ours is imported above
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Does not return: libFuzzer ends the process."""
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], TARGETS[name].run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
