"""One finding: what a rule, a person or a channel did with a hazard, as a sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.proposal import Reason


class Code(StrEnum):
    """What became of the hazard, the first that is found being the answer."""

    TOLD = "told"
    SENDING = "sending"  # issued, and no channel has it yet
    WAITING = "waiting"  # a draft waits for people
    UNDELIVERED = "undelivered"  # issued, and no channel took it
    REFUSED = "refused"  # a person said no
    HELD = "held"  # a stage held it back; the reason has the name
    TOLD_LOWER = "told_lower"  # an earlier, lower level is out
    LAPSED = "lapsed"  # nobody approved it in time
    NOT_YET = "not_yet"  # it was not known yet
    LIFTED = "lifted"  # it had ended, and that was told
    OVER = "over"  # it had ended
    FOR_STAFF = "for_staff"  # others announced it, or it is about our equipment
    NO_RECORD = "no_record"  # a rule fits, and nothing was written down
    NOT_VALID = "not_valid"  # the rule was not in force then
    UNMATCHED = "unmatched"  # it does not meet a rule's conditions
    NO_RULE = "no_rule"  # no rule speaks of this kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``told``: people have it. ``waits`` and ``waits_en`` say for what it waits, empty where for nothing."""

    code: Code
    ja: str
    en: str
    rule: str = ""
    series: str = ""
    reason: str = ""
    waits: str = ""
    waits_en: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def told(self) -> bool:
        return self.code in {Code.TOLD, Code.LIFTED}

    @property
    def rank(self) -> tuple[int, int]:
        """The place among the findings: the first answers."""
        return list(Code).index(self.code), list(REASONS).index(self.reason) if self.reason in REASONS else 0


REASONS: dict[str, Reason] = {reason.value: reason for reason in Reason}
WAITS: dict[Reason, tuple[str, str]] = {
    Reason.STALE: ("新しい観測や電文", "fresh readings or telegrams"),
    Reason.LATE: ("遅れのない観測", "readings that come in time"),
    Reason.NOT_HELD: ("この状態がしばらく続くこと", "the level to stand a while"),
    Reason.SILENCED: ("規則の除外条件が終わること", "the rule's exception to pass"),
    Reason.MUTED: ("担当者の停止が終わること", "the officer's silence to end"),
    Reason.SENSOR_MUTED: (
        "そのセンサーの停止が終わるか、ほかの根拠が加わること",
        "the silence of its sensor to end, or another reason to join",
    ),
    Reason.OUTRANKED: ("より高いレベルが下がること", "the higher level to fall"),
    Reason.INHIBITED: ("より重大な発表が終わること", "the graver alert to end"),
    Reason.QUIET_HOURS: ("朝", "the morning"),
    Reason.DIGEST: ("次のまとめの時刻", "the next digest"),
    Reason.SETTLING: ("落ち着くまでの時間", "the fall to settle"),
    Reason.REJECTED: ("レベルが上がるか、対象が増えること", "it to rise or grow"),
    Reason.LEFT_OUT: ("レベルが上がるか、消えて再び現れること", "it to rise, or to go and come again"),
}
