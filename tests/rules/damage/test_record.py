"""A record of damage and the acts on it: what fits, and what is refused with its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feeds.status import Status
from rules.damage.record import Act, Certainty, Content, Damage, DamageError, Event, Reason, apply
from tests.rules.damage.test_sums import NOW

NEW = Damage(id=0, disaster=1, status=Status.ACTUAL)
SAID = Content(certainty=Certainty.UNCONFIRMED, source="消防", place="内丸", figures={"flooded_below_buildings": 3})


def event(act: Act, content: Content = SAID, reason: Reason | None = None) -> Event:
    return Event(act=act, at=NOW, who="sato", content=content, reason=reason)


def test_a_record_is_entered_updated_corrected_withdrawn_and_restored() -> None:
    one = apply(NEW, event(Act.ENTER))
    one = apply(one, event(Act.UPDATE, replace(SAID, certainty=Certainty.CONFIRMED)))
    one = apply(one, event(Act.CORRECT, replace(SAID, figures={"flooded_below_buildings": 2}), Reason.RECOUNTED))
    gone = apply(one, event(Act.WITHDRAW, reason=Reason.DOUBLE))
    assert gone.withdrawn and gone.content == one.content and gone.version == 4
    back = apply(gone, event(Act.RESTORE, reason=Reason.OUR_MISTAKE))
    assert not back.withdrawn and back.version == 5


@pytest.mark.parametrize(
    ("act", "reason", "content", "code"),
    [
        (Act.ENTER, None, SAID, "bad_act"),
        (Act.RESTORE, Reason.OUR_MISTAKE, SAID, "bad_act"),
        (Act.UPDATE, Reason.DOUBLE, replace(SAID, place="本町通"), "no_reason"),
        (Act.CORRECT, None, replace(SAID, place="本町通"), "no_reason"),
        (Act.WITHDRAW, None, SAID, "no_reason"),
        (Act.UPDATE, None, SAID, "nothing_new"),
        (Act.UPDATE, None, replace(SAID, figures={"cats": 1}), "bad_figures"),
        (Act.UPDATE, None, replace(SAID, figures={"dead": -1}), "bad_figures"),
        (Act.UPDATE, None, replace(SAID, figures={}, place=" "), "bad_figures"),
        (Act.UPDATE, None, replace(SAID, source=" "), "bad_text"),
        (Act.UPDATE, None, replace(SAID, note="x" * 401), "bad_text"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(act: Act, reason: Reason | None, content: Content, code: str) -> None:
    with pytest.raises(DamageError) as refused:
        apply(apply(NEW, event(Act.ENTER)), event(act, content, reason))
    assert refused.value.code == code and "/" in str(refused.value)
