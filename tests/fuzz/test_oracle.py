"""The judge itself: each way in which a decoder can be wrong is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from feeds.feed import ByFilter
from feeds.records import Decoded, Message, Reading, Rejected
from feeds.status import Status
from tests.feeds.making import NOW
from tests.fuzz.corpus import keep, kept
from tests.fuzz.oracle import holds

GOOD = Reading(
    gateway="gw07", station="st1", quantity="snow_depth", value=1.0, unit="cm", measured_at=NOW, status=Status.ACTUAL
)
REFUSAL = Rejected(code="bad_value", message="this is no number", at="/value")
CALLS = count()


@dataclass
class Made(ByFilter):
    """A feed that makes whatever it is told to make."""

    make: Callable[[], Decoded]
    name = "made"

    def decode(self, message: Message) -> Decoded:
        return self.make()


def judge(make: Callable[[], Decoded]) -> None:
    holds(Made(make), Message(topic="", payload=b"", received_at=NOW))


def fails() -> Decoded:
    raise RuntimeError("decoders return, and never raise")


def test_what_is_right_passes() -> None:
    judge(lambda: Decoded(records=(GOOD, replace(GOOD, station=r"a\u0000b")), rejected=(REFUSAL,)))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Decoded(records=(replace(GOOD, value=next(CALLS)),)),
        lambda: Decoded(records=(replace(GOOD, quantity="battery", value=float("nan")),)),
        lambda: Decoded(records=(replace(GOOD, station="a\0"),)),
        lambda: Decoded(records=(replace(GOOD, station="\ud800"),)),
        lambda: Decoded(records=(replace(GOOD, station="s" * 2_000),)),
        lambda: Decoded(records=(replace(GOOD, measured_at=datetime(2026, 1, 14)),)),  # noqa: DTZ001
        lambda: Decoded(rejected=(replace(REFUSAL, code="Bad Value"),)),
        lambda: Decoded(rejected=(replace(REFUSAL, message=""),)),
        lambda: Decoded(rejected=(replace(REFUSAL, at=""),)),
        lambda: Decoded(rejected=(replace(REFUSAL, member="\ud800"),)),
        fails,
    ],
)
def test_what_is_wrong_does_not(wrong: Callable[[], Decoded]) -> None:
    with pytest.raises((AssertionError, ValueError, TypeError, RuntimeError)):
        judge(wrong)


def test_the_kept_corpus_is_small_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.corpus.FOLDER", tmp_path / "corpus")
    assert kept("cap") == []
    assert keep("cap", [b"bb\n\0", b"a", b"a", b"c" * 20_000, *(b"d%03d" % n for n in range(100))]) == 60
    assert kept("cap")[0] == b"a" and b"bb\n\0" in kept("cap") and b"c" * 20_000 not in kept("cap")
