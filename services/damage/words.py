"""Acts on damage as lines of the chronology, and as metrics. No place, note or number of people stands there."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter

from feeds.japan import dated
from rules.damage.disaster import Disaster
from rules.damage.record import Act, Certainty, Damage
from rules.damage.report import FORMS, Report
from services.store.chronology import Entry

ACTS = Counter("shirase_damage_acts", "What was done with records of damage", ["status", "act"])
ACTS_JA: Mapping[Act, tuple[str, str]] = {
    Act.ENTER: ("登録", "entered"),
    Act.UPDATE: ("続報", "updated"),
    Act.CORRECT: ("訂正", "corrected"),
    Act.WITHDRAW: ("取下げ", "withdrawn"),
    Act.RESTORE: ("取下げを戻した", "restored"),
}
CERTAINTY_JA: Mapping[Certainty, str] = {Certainty.CONFIRMED: "確認済み", Certainty.UNCONFIRMED: "未確認"}


def of_record(disaster: Disaster, record: Damage) -> Entry:
    """Who did what with which record; what it says is kept with the record."""
    event = record.events[-1]
    why = f"（{event.reason.ja}）" if event.reason else ""
    case = f"・通報 {record.report} から" if record.report and event.act is Act.ENTER else ""
    sure = CERTAINTY_JA[record.content.certainty]
    text = f"{disaster.name}：被害 {record.id} {ACTS_JA[event.act][0]}{why}（{sure}{case}）"
    refs = {"disaster": str(disaster.id), "damage": str(record.id), "act": event.act.value}
    return Entry(at=event.at, status=record.status, kind="damage", who=event.who, text=text, refs=refs)


def of_disaster(disaster: Disaster, entry: Entry) -> Entry:
    """A line about the disaster itself, with its number beside."""
    return Entry(
        at=entry.at,
        status=disaster.status,
        kind="damage",
        who=entry.who,
        text=f"{disaster.name}：{entry.text}",
        refs={"disaster": str(disaster.id)},
    )


def of_report(report: Report) -> Entry:
    """That a report was made, with the fingerprints of its files."""
    filled = report.filled
    text = f"{filled.disaster}：第4号様式 {FORMS[filled.form]}第{filled.number}報を作成（{dated(filled.as_of)}現在）"
    refs = {"disaster": str(report.disaster), "form": str(filled.form), "number": str(filled.number)}
    return Entry(
        at=report.made_at,
        status=filled.status,
        kind="damage",
        who=report.made_by,
        text=text,
        refs={**refs, **{f"sha256_{kind}": value for kind, value in report.hashes.items()}},
    )
