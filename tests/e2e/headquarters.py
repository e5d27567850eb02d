"""What officers of the headquarters wrote down in the eight minutes of the pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from feeds.status import Status
from rules.chronology.matter import Act, Content, Priority, Sort, State, Way
from services.chronology.desk import Deed, Fresh, do, enter
from tests.e2e.scene import Scene


async def write_down(made: Scene) -> None:
    """Two requests that wait, one that is done, a decision, and a line that was put right."""
    now, drill = made.clock.now(), Status.EXERCISE
    asked = Content(
        happened=now - timedelta(minutes=24),
        words="中ノ橋通一丁目の低い所で道路に水。排水ポンプ車1台を要請",
        state=State.OPEN,
        way=Way.RADIO,
        sort=Sort.ASKED,
        source="消防団第1分団",
        to="災害対策本部",
        priority=Priority.URGENT,
    )
    first = await enter(made.store, Fresh(status=drill, who="suzuki", content=asked), now - timedelta(minutes=22))
    said = replace(asked, words="道路管理課がポンプ車を手配。到着見込み03:30", way=Way.PHONE, state=State.DOING)
    told = replace(said, happened=now - timedelta(minutes=9), sort=Sort.DONE, source="道路管理課")
    deed = Deed(matter=first.id, seen=1, act=Act.FOLLOW, who="suzuki", content=told)
    await do(made.store, deed, now - timedelta(minutes=8))
    shelter = replace(
        asked,
        happened=now - timedelta(minutes=5),
        words="城西中学校へ毛布50枚と飲料水を届けてほしい",
        way=Way.PHONE,
        source="城西中学校 避難所",
        priority=Priority.HIGH,
    )
    await enter(made.store, Fresh(status=drill, who="sato", content=shelter), now - timedelta(minutes=4))
    meeting = replace(
        asked,
        happened=now - timedelta(minutes=12),
        words="第2回本部会議。避難指示の範囲を見直し、次回は04:00",
        state=State.RECORD,
        way=Way.MEETING,
        sort=Sort.DECIDED,
        source="災害対策本部",
        to="各部",
        priority=Priority.HIGH,
    )
    made_up = await enter(made.store, Fresh(status=drill, who="sato", content=meeting), now - timedelta(minutes=11))
    right = replace(meeting, words="第2回本部会議。避難指示の範囲を見直し、次回は04:30")
    await do(made.store, Deed(matter=made_up.id, seen=1, act=Act.CORRECT, who="sato", content=right, of=1), now)
