"""One target under libFuzzer, in a process of its own: ``python -m tests.fuzz.one TARGET [OPTION…] [FILE…]``.

With files it runs those and ends: so a find is tried again. Whatever the target raises is a crash and ends the process.
"""

from __future__ import annotations

import signal
import sys

import atheris

_BESIDE_FEEDS = {  # whose branches count too
    "police_mail": ["email"],
    "crime_csv": ["csv"],
    "photo": ["services.photos", "PIL"],
    "soap": ["services.web.wsse"],
    "topics": ["services.grants", "services.intake"],
    "quarantine": ["services.grants", "services.intake", "services.desks.quarantine"],
}
_NAME = sys.argv[1]

with atheris.instrument_imports(include=["feeds", *_BESIDE_FEEDS.get(_NAME, [])]):  # so nothing of ours stands above
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Does not return: libFuzzer ends the process."""
    atheris.Setup([sys.argv[0], *sys.argv[2:]], _run)
    atheris.Fuzz()


def _run(data: bytes) -> None:
    try:
        TARGETS[_NAME].run(data)
    except BaseException:
        signal.setitimer(signal.ITIMER_REAL, 0)  # else libFuzzer's watch may strike while the find is written down
        raise


if __name__ == "__main__":
    main()
