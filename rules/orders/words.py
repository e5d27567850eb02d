"""What states and acts of an order are called in Japanese, on pages, in the record and in refusals."""

from __future__ import annotations

from collections.abc import Mapping

from rules.orders.states import Act, State

ACTS_JA: Mapping[Act, str] = {
    Act.STAND_BY: "待機を指示",
    Act.PROPOSE: "提案",
    Act.UPDATE: "提案を更新",
    Act.LAPSE: "提案を取り下げ",
    Act.ORDER: "指示",
    Act.DECLINE: "見送り",
    Act.CANCEL: "取消",
    Act.ACKNOWLEDGE: "受領",
    Act.REFUSE: "受けられないとの返事",
    Act.START: "作業開始",
    Act.FINISH: "作業完了",
    Act.OVERDUE: "受領の遅れ",
    Act.NOTE: "メモ",
}
STATES_JA: Mapping[State, str] = {
    State.STANDBY: "待機",
    State.PROPOSED: "提案",
    State.ORDERED: "指示済み",
    State.ACKNOWLEDGED: "受領済み",
    State.WORKING: "作業中",
    State.FINISHED: "完了",
    State.DECLINED: "見送り",
    State.CANCELLED: "取消",
}
