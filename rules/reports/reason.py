"""Why something was decided about a report: named, so that it can be counted, and in words that staff can read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """One word a decision; ``ja`` and ``en`` are what people read."""

    ARRIVED = "arrived"
    CHANGED = "changed"
    NO_ORIGINAL = "no_original"
    ISSUER = "issuer"
    LOOKED_AT = "looked_at"
    URGENT = "urgent"
    POLICE = "police"
    PATROL = "patrol"
    SECOND_REPORTER = "second_reporter"
    STAFF_SAW = "staff_saw"
    PRECAUTION = "precaution"
    NOT_FOUND = "not_found"
    MISTAKEN = "mistaken"
    FAKE_PHOTO = "fake_photo"
    FALSE_ALARM = "false_alarm"
    NOT_OURS = "not_ours"
    SENDER_WITHDREW = "sender_withdrew"
    ISSUER_WITHDREW = "issuer_withdrew"
    FOUND = "found"
    PLACE = "place"
    TIME = "time"
    KIND = "kind"
    SAME_EVENT = "same_event"
    NOT_THE_SAME = "not_the_same"
    FIRST_IS_OVER = "first_is_over"
    RAN_OUT = "ran_out"
    NEVER_JUDGED = "never_judged"
    OUR_MISTAKE = "our_mistake"

    @property
    def ja(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]


_WORDS: Mapping[Reason, tuple[str, str]] = {
    Reason.ARRIVED: ("届いた", "it arrived"),
    Reason.CHANGED: ("送り主が内容を変えた", "the sender changed it"),
    Reason.NO_ORIGINAL: ("先の情報が見つからない", "which earlier one it is about is not plain"),
    Reason.ISSUER: ("発信元が確認済みとしている", "its issuer says that it is confirmed"),
    Reason.LOOKED_AT: ("内容を確かめた", "somebody has read it"),
    Reason.URGENT: ("急ぐ", "it is urgent"),
    Reason.POLICE: ("警察に確認した", "the police confirm it"),
    Reason.PATROL: ("現地で確認した", "a patrol confirms it"),
    Reason.SECOND_REPORTER: ("別の通報者も見た", "a second reporter saw it"),
    Reason.STAFF_SAW: ("職員が見た", "staff saw it"),
    Reason.PRECAUTION: ("確認を待つ間の危険を避ける", "as a precaution, before it is confirmed"),
    Reason.NOT_FOUND: ("現地で見つからない", "nothing was found there"),
    Reason.MISTAKEN: ("見間違い", "it was something else"),
    Reason.FAKE_PHOTO: ("写真が本物でない", "the photo is not genuine"),
    Reason.FALSE_ALARM: ("虚偽・いたずら", "it is false"),
    Reason.NOT_OURS: ("市の扱う内容でない", "it is nothing for the city"),
    Reason.SENDER_WITHDREW: ("通報者が取り下げた", "the sender took it back"),
    Reason.ISSUER_WITHDREW: ("発信元が取り消した", "the issuer took it back"),
    Reason.FOUND: ("発見・解決した", "found, or settled"),
    Reason.PLACE: ("場所の誤り", "the place was wrong"),
    Reason.TIME: ("時刻の誤り", "the time was wrong"),
    Reason.KIND: ("種別の誤り", "the kind was wrong"),
    Reason.SAME_EVENT: ("同じ出来事", "it is about the same event"),
    Reason.NOT_THE_SAME: ("別の出来事", "it is about another event"),
    Reason.FIRST_IS_OVER: ("まとめた先の通報が退けられた", "the report it was merged into was set aside"),
    Reason.RAN_OUT: ("掲載期間が終わった", "its time on the map is over"),
    Reason.NEVER_JUDGED: ("判断されないまま古くなった", "it grew old before anybody judged it"),
    Reason.OUR_MISTAKE: ("判断を誤った", "it was judged wrongly"),
}
