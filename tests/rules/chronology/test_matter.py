"""A matter: entered, followed, put right, taken back; nothing that was said is ever changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feeds.status import Status
from rules.chronology.matter import Act, Content, Event, Matter, MatterError, Priority, Sort, State, Way, apply
from rules.chronology.wording import line_of

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
SAID = Content(
    happened=NOW - timedelta(minutes=20),
    words="内丸で道路が冠水。通行止めの要請",
    state=State.OPEN,
    way=Way.RADIO,
    sort=Sort.ASKED,
    source="消防本部",
    to="災害対策本部",
    area="032010001",
    area_name="内丸",
    priority=Priority.URGENT,
)


def act(matter: Matter, what: Act, content: Content, of: int | None = None, minutes: int = 0) -> Matter:
    at = NOW + timedelta(minutes=minutes)
    return apply(matter, Event(seq=0, act=what, at=at, who="suzuki", content=content, of=of))


def entered() -> Matter:
    return act(Matter(id=7, status=Status.ACTUAL), Act.ENTER, SAID)


def code(matter: Matter, *args: object, **more: object) -> str:
    with pytest.raises(MatterError) as refused:
        act(matter, *args, **more)  # type: ignore[arg-type]
    assert " / " in str(refused.value), "in both languages"
    return refused.value.code


def test_its_life() -> None:
    one = entered()
    assert one.state is State.OPEN and one.version == 1
    told = "案件7 ［要請・至急］消防本部→災害対策本部（無線） 内丸：内丸で道路が冠水。通行止めの要請〔未対応〕"
    assert line_of(one, one.events[0]) == told
    done = replace(SAID, words="バリケードを置いた", state=State.DONE, priority=Priority.NORMAL, area="", area_name="")
    after = act(one, Act.FOLLOW, done, minutes=9)
    assert after.state is State.DONE and after.content.words == SAID.words, "it is still about the same"
    assert line_of(after, after.events[-1]).startswith("案件7 経過：")
    wrong = act(after, Act.TAKE_BACK, replace(done, words="別の場所だった"), of=2)
    assert wrong.state is State.OPEN and wrong.gone == {2} and "取消（案件7-2）" in line_of(wrong, wrong.events[-1])


def test_a_correction_points_at_what_was_wrong_and_both_stay() -> None:
    right = replace(SAID, words="大通で道路が冠水。通行止めの要請")
    after = act(entered(), Act.CORRECT, right, of=1)
    assert after.content.words == right.words and after.events[0].content == SAID and after.gone == {1}
    assert after.standing(1).seq == 2
    again = act(after, Act.CORRECT, replace(right, source="消防団"), of=2)
    assert again.content.source == "消防団" and again.standing(1).seq == 3
    assert code(again, Act.CORRECT, SAID, of=1) == "already"
    gone = act(entered(), Act.TAKE_BACK, replace(SAID, words="重複"), of=1)
    assert gone.withdrawn and gone.state is State.RECORD
    assert code(gone, Act.FOLLOW, SAID) == "bad_act"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (replace(SAID, words="  "), "bad_words"),
        (replace(SAID, words="あ" * 1001), "bad_words"),
        (replace(SAID, source="あ" * 61), "bad_party"),
        (replace(SAID, happened=NOW + timedelta(minutes=6)), "bad_happened"),
        (replace(SAID, happened=NOW - timedelta(days=32)), "bad_happened"),
    ],
)
def test_what_cannot_be_entered(content: Content, why: str) -> None:
    assert code(Matter(id=7, status=Status.ACTUAL), Act.ENTER, content) == why


def test_what_cannot_be_done() -> None:
    one = entered()
    assert code(one, Act.ENTER, SAID) == "bad_act"
    assert code(Matter(id=1, status=Status.TEST), Act.FOLLOW, SAID) == "bad_act"
    assert code(one, Act.CORRECT, SAID) == code(one, Act.CORRECT, SAID, of=2) == "bad_of"
    assert code(one, Act.CORRECT, SAID, of=1) == "nothing_new"
    assert code(one, Act.FOLLOW, SAID, of=1) == "bad_act"
