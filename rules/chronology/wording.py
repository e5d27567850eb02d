"""An act on a matter as a line of the chronology: one sentence that can be read out."""

from __future__ import annotations

from rules.chronology.matter import Act, Content, Event, Matter, Priority, State


def line_of(matter: Matter, event: Event) -> str:
    """What stands in the chain for the act. ``matter`` has it already."""
    said = event.content
    number = f"案件{matter.id}"
    if event.act is Act.TAKE_BACK:
        return f"{number} 取消（{number}-{event.of}）：{said.words}"
    if event.act is Act.CORRECT:
        return f"{number} 訂正（{number}-{event.of}）：{_told(said)}"
    if event.act is Act.FOLLOW:
        return f"{number} 経過：{_told(said)}"
    return f"{number} {_told(said)}"


def parties(said: Content) -> str:
    """「消防本部→災害対策本部（無線）」; what is not known is left out."""
    both = f"{said.source}→{said.to}" if said.to else said.source
    return f"{both}（{said.way.ja}）" if both else said.way.ja


def _told(said: Content) -> str:
    urgent = "" if said.priority is Priority.NORMAL else f"・{said.priority.ja}"
    where = f"{said.area_name}：" if said.area_name else ""
    state = "" if said.state is State.RECORD else f"〔{said.state.ja}〕"
    return f"［{said.sort.ja}{urgent}］{parties(said)} {where}{said.words}{state}"
