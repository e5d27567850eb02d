"""The correction of a detail, on every channel: who reads posts and messages reads what was wrong, and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feeds.status import Status
from rules.alert import Act, Alert, Place
from services.channels.marks import corrects
from services.channels.registry import CHANNELS, renderer
from services.residents.reach import districts_of
from tests.services.making import alert
from tests.services.web_floor import ground

NOTE = "【訂正】20日の「河川の水位」（内丸）のうち、誤：2.60　正：2.06　ほかの内容は変わりません。"
# They keep a state: the document stays whole, with the note in it. ``log`` reaches nobody.
WHOLE = {"linkage", "lalert", "cap_feed", "webhook", "mqtt", "log"}
RINGS_FOR_NEWS_ONLY = {"urgent_mail"}


def correcting() -> Alert:
    first = alert(status=Status.ACTUAL)
    whole = alert(
        status=Status.ACTUAL,
        revision=2,
        references=(first.reference,),
        act=Act.CORRECTION,
        msg_type="Update",
        soundless=True,
    )
    places = (Place(code="032010001", name="内丸"), Place(code="032010002", name="本町通"))
    return replace(whole, places=places, concerns=("032010001",), correction={"ja": NOTE})


@pytest.mark.parametrize("name", sorted(CHANNELS.keys() - RINGS_FOR_NEWS_ONLY))
def test_a_correction_is_told_and_only_states_carry_the_rest(name: str) -> None:
    one = correcting()
    payload = renderer(name).render(one)
    said = "".join(payload.parts)
    assert "2.06" in said or "にてんぜろろく" in said or name == "voice"
    again = one.texts["ja"].instruction in said
    assert again is (name in WHOLE), "the whole was announced again" if again else "the state lost its words"
    if name not in WHOLE:
        assert "本町通" not in said, "a district it does not concern was told"


def test_what_rings_every_phone_does_not_ring_for_a_detail() -> None:
    with pytest.raises(ValueError, match="緊急速報メール"):
        renderer("urgent_mail").render(correcting())


def test_subscribers_elsewhere_are_not_told(name: str = "mail") -> None:
    one, areas = correcting(), ground().areas
    assert districts_of(one, areas) == {"032010001"}
    assert corrects(renderer(name).render(one), one)
    whole = replace(one, correction={}, concerns=())
    assert not corrects(renderer(name).render(whole), one), "the corrected whole is for all"
    assert districts_of(whole, areas) == {"032010001", "032010002"}
