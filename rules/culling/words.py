"""How the desk reads a case of emergency culling, in Japanese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.culling.case import Act, Condition, Office, Outcome, Stage


class Words(NamedTuple):
    """The same in both languages."""

    ja: str
    en: str


ANIMALS: Mapping[str, Words] = {"bear": Words("クマ", "bear"), "boar": Words("イノシシ", "wild boar")}
CONDITIONS: Mapping[Condition, Words] = {
    Condition.ENTERED: Words("人の生活圏に入った、または入るおそれが大きい", "it is, or is about to be, among houses"),
    Condition.URGENT: Words("人への危害を防ぐため緊急に必要", "urgent, to keep people from harm"),
    Condition.NO_OTHER: Words("銃猟のほかに確実で早い手段がない", "no other way is as sure and as quick"),
    Condition.SAFE: Words("住民などに弾が当たるおそれがない", "nobody can be hit"),
}
ACTS: Mapping[Act, Words] = {
    Act.OPEN: Words("件を開いた", "opened"),
    Act.TICK: Words("条件を確かめた", "condition ticked"),
    Act.UNTICK: Words("条件の確認を取り消した", "condition taken back"),
    Act.PLAN: Words("区域・通行止め・見込みを決めた", "area, roads and end set"),
    Act.WARN: Words("「屋内にいてください」の案を作った", "“stay inside” drafted"),
    Act.ORDER: Words("命令を記録した", "order recorded"),
    Act.REVOKE: Words("命令を取り消した", "order revoked"),
    Act.BEGIN: Words("開始した", "begun"),
    Act.FINISH: Words("終了した", "finished"),
    Act.CALL_OFF: Words("中止した", "called off"),
    Act.CLEAR: Words("解除の案を作った", "all-clear drafted"),
    Act.CLOSE: Words("件を閉じた", "closed"),
}
OFFICES: Mapping[Office, Words] = {
    Office.MAYOR: Words("市長", "the mayor"),
    Office.DELEGATE: Words("委任を受けた職員", "a delegate of the mayor"),
}
OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.TAKEN: Words("捕獲した", "taken"),
    Outcome.LEFT: Words("区域から離れた", "it left the area"),
    Outcome.STOPPED: Words("途中でやめた", "stopped"),
    Outcome.CALLED_OFF: Words("始める前に中止", "called off"),
}
STAGES: Mapping[Stage, Words] = {
    Stage.NOTHING: Words("まだ知らせていない", "nobody has been told"),
    Stage.WAITING: Words("案が承認待ち（まだ出ていない）", "a draft waits: nobody has been told"),
    Stage.OUT: Words("発表中", "people are told to stay inside"),
    Stage.ENDING: Words("発表中・解除の案が承認待ち", "still told; the all-clear waits for approval"),
    Stage.OVER: Words("解除ずみ", "all-clear given"),
    Stage.RUN_OUT: Words("解除しないまま期限切れ", "ran out without an all-clear"),
}
