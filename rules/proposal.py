"""What passes through the stages: a proposal to say something, or the named reason for not saying it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from feeds.japan import JAPAN, dated
from geo.hazard import Hazard
from rules.alert import REMEMBERED, Alert, Place, Seen, State
from rules.noise.inhibition import Cover
from rules.rule import Rule
from rules.situation import Standing
from rules.wording.levels import names_at


class Reason(StrEnum):
    """Why something is said, or why not: a word for programs and a sentence for the people who ask."""

    ja: str
    en: str

    def __new__(cls, word: str, ja: str, en: str) -> Reason:
        member = str.__new__(cls, word)
        member._value_ = word
        member.ja, member.en = ja, en
        return member

    # said
    FIRST = "first", "新しい警戒です", "This is new."
    RISEN = "risen", "レベルが上がりました", "The level has risen."
    GROWN = "grown", "対象の区域や情報が増えました", "More areas or sources are concerned."
    FALLEN = "fallen", "レベルが下がりました", "The level has fallen."
    SHRUNK = "shrunk", "対象の区域や情報が減りました", "Fewer areas or sources are concerned."
    REPEAT = "repeat", "続いているため、再度知らせる時刻です", "It goes on, and it is time to say so again."
    RENEWED = (
        "renewed",
        "続いていますが、前の内容の有効期限が切れました",
        "It goes on, and the earlier text has expired.",
    )
    ALL_CLEAR = "all_clear", "警戒の対象がなくなりました", "The danger is over."
    TAKEN_BACK = "taken_back", "発表した機関が取り消しました", "Who announced it has taken it back."
    # not said
    STALE = "stale", "根拠の有効期限が切れ、今の状態が分かりません", "What it rests on has expired; now is unknown."
    LATE = "late", "遅れて届いた観測値だけでは新しく知らせません", "Readings that came late are no news by themselves."
    NOT_HELD = "not_held", "条件を満たしてからの時間がまだ足りません", "The level has not stood long enough yet."
    SILENCED = "silenced", "規則の除外条件に当たります", "The rule says: not while this holds."
    MUTED = "muted", "担当者が通知を止めています", "An officer keeps it silent for a while."
    SENSOR_MUTED = (
        "sensor_muted",
        "根拠がこのセンサーだけで、担当者がその通知を止めています",
        "It rests on one sensor alone, of which an officer keeps what it says silent for a while.",
    )
    OUTRANKED = "outranked", "同じ区域・種別に、より高いレベルがあります", "A higher level of the same kind speaks."
    NOTHING_NEW = "nothing_new", "前回から変わっていません", "Nothing has changed since the newest revision."
    INHIBITED = (
        "inhibited",
        "より重大な発表がこの区域に出ているため、重ねて知らせません",
        "A graver alert speaks for this place; it comes when that ends, if it still holds.",
    )
    QUIET_HOURS = (
        "quiet_hours",
        "夜間は知らせず、朝も続いていれば知らせます",
        "It waits for the morning, and comes if it still holds.",
    )
    DIGEST = "digest", "次のまとめの時刻に、ほかと合わせて知らせます", "It waits for the next digest."
    SETTLING = "settling", "下がってからの時間がまだ足りません", "The lower level has not stood long enough yet."
    REJECTED = "rejected", "同じ内容を担当者が見送りました", "A person said no; it comes back when it grows."
    RUNS_OUT = "runs_out", "解除を知らせず、期限まで掲載する規則です", "No all-clear by this rule; the alert runs out."
    # a draft or a series that ends without a word
    GONE = "gone", "発表する前に対象がなくなりました", "The danger went before anything was issued."
    EXPIRED = "expired", "発表した内容の有効期限が切れました", "What was issued has expired."
    BACK_TO_ISSUED = "back_to_issued", "状況が発表済みの内容に戻りました", "Things are as the issued revision says."
    RULE_GONE = "rule_gone", "もとの規則がなくなりました", "The rule behind it is no longer there."
    LAPSED = "lapsed", "承認されないまま期限が切れました", "Nobody approved it before it expired."
    # a person has spoken
    LEFT_OUT = (
        "left_out",
        "担当者が終わらせた（対象から外した）ままで、変わっていません",
        "A person ended it or left it out, and nothing has changed since.",
    )
    OVER = "over", "担当者が終わらせたあと、対象もなくなりました", "A person ended it, and now the danger has gone too."


@dataclass(frozen=True, slots=True)
class Drop:
    """Not said: by which stage, why, and the particulars. ``rule`` and ``series`` are filled in by the engine."""

    stage: str
    reason: Reason
    detail: str = ""
    rule: str = ""
    series: str = ""
    hazards: tuple[str, ...] = ()  # keys of those that stay untold by it


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One rule, one group of hazards, and the series that speaks of them already, if any."""

    rule: Rule
    stem: str  # status-rule-group: the series without its date
    now: datetime
    hazards: tuple[Hazard, ...]  # leading first
    standing: Standing | None = None
    aside: tuple[Hazard, ...] = ()  # still there, but must not speak
    notes: tuple[Drop, ...] = ()  # why they must not
    covered: Mapping[str, Cover] = field(default_factory=dict)  # hazard key → the graver alert for its place
    soundless: bool = False  # said at night, without waking anybody
    reason: Reason | None = None  # why it is said; set by the stage that knows
    agreed_only: bool = False  # what a person left out counts only where others agreed to it

    @property
    def ends(self) -> bool:
        return self.reason in {Reason.ALL_CLEAR, Reason.TAKEN_BACK}

    @property
    def level(self) -> int:
        """The highest level of the hazards; of an all-clear, the level that was announced."""
        return self.in_force[-1].level if self.ends else max((hazard.level for hazard in self.hazards), default=0)

    @property
    def renewed(self) -> str:
        """That the rule has changed since what is in force was written, in a sentence; empty where it has not."""
        levels = names_at(self.rule.levels, self.now)
        changes = ((self.rule.span.begins, f"規則 {self.rule.id}"), (levels.begins, f"レベルの名称（{levels.law}）"))
        told = [
            f"{what}は{begins.astimezone(JAPAN).year}年{dated(begins)}に改まりました"
            for begins, what in changes
            if begins and self.in_force and self.in_force[-1].sent < begins <= self.now
        ]
        return f"{'。'.join(told)}。発表中の文は前のもので、次の報から新しくなります" if told else ""

    @property
    def in_force(self) -> tuple[Alert, ...]:
        """Issued revisions of the series that have not expired, oldest first."""
        return self.standing.in_force(self.now) if self.standing else ()

    @property
    def base(self) -> Alert | None:
        """The revision a change is measured against; a refused all-clear counts for nothing."""
        if self.standing is None or self.standing.state in REMEMBERED:
            return None
        newest = self.standing.alert
        if newest.ends and self.standing.state is State.REJECTED:
            return self.in_force[-1] if self.in_force else None
        return newest

    @property
    def pending(self) -> bool:
        """True while the newest revision waits for people, and still can be agreed to."""
        if self.standing is None or self.standing.state is not State.DRAFT or self.standing.alert.expires <= self.now:
            return False
        return not self.standing.alert.ends or bool(self.in_force)  # there must be something to end

    @property
    def left_out(self) -> Mapping[str, Seen]:
        """Hazards of which a person said that the series shall not speak, ``agreed`` or as long as that waits.

        A draft that was refused, or that nobody approved in time, only carries on what people had agreed to before.
        """
        if self.standing is None:
            return {}
        newest, state = self.standing.alert, self.standing.state
        if state in {State.ISSUED, State.LIFTED}:
            return newest.agreed_out
        if self.pending and not self.agreed_only:
            return newest.left_out
        issued = self.in_force[-1].agreed_out if self.in_force else {}
        return issued | {key: one for key, one in newest.left_out.items() if one.agreed}

    def set_aside(self, stage: str, out: Sequence[Hazard], reason: Reason, detail: str = "") -> Proposal | Drop:
        """The proposal without these hazards, or the drop where none is left."""
        if not out:
            return self
        keys = {hazard.key for hazard in out}
        told = detail or "、".join(hazard.headline for hazard in out[:3])
        note = Drop(stage, reason, told, hazards=tuple(hazard.key for hazard in out))
        rest = tuple(hazard for hazard in self.hazards if hazard.key not in keys)
        return replace(self, hazards=rest, aside=(*self.aside, *out), notes=(*self.notes, note)) if rest else note

    @property
    def missing(self) -> tuple[Place, ...]:
        """Places that the newest issued revision names and that this one will not."""
        spoken = {hazard.area for hazard in self.hazards}
        return tuple(place for place in self.in_force[-1].places if place.code not in spoken) if self.in_force else ()

    @property
    def lifted(self) -> tuple[Place, ...]:
        """Those of the missing places where the danger is over, and not merely unknown or outside this rule."""
        unclear = {hazard.area for hazard in self.aside}
        return tuple(place for place in self.missing if place.code not in unclear)


def levels(alert: Alert) -> dict[str, int]:
    """Hazard key → level as the revision was written, or as the person who wrote it knew it."""
    told = dict(zip(alert.hazards, alert.levels or (alert.level,) * len(alert.hazards), strict=True))
    return told | {key: max(level, alert.seen[key].level) for key, level in told.items() if key in alert.seen}
