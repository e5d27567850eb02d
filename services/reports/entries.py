"""Acts on reports as lines of the chronology, and as metrics. No words of a report, and none of a note, stand there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

from prometheus_client import Counter, Gauge

from rules.reports.case import Act, Case, Event, State
from rules.reports.kinds import kind_of
from services.figures import told_by
from services.store.chronology import Entry

ACTS = Counter("shirase_report_acts", "What was done with reports", ["status", "kind", "act"])
WAITING = Gauge("shirase_reports_waiting", "Reports that wait for a person")
told_by("reports", partial(WAITING.set, math.nan))
ACTS_JA: Mapping[Act, tuple[str, str]] = {
    Act.ARRIVE: ("届いた", "arrived"),
    Act.REVISE: ("送り主が内容を変えた", "changed by its sender"),
    Act.VOUCH: ("発信元の確認済み情報", "confirmed by its issuer"),
    Act.DISOWN: ("発信元が確認済みを取り消した", "no longer confirmed by its issuer"),
    Act.TRIAGE: ("内容を確かめた", "triaged"),
    Act.CONFIRM: ("確認済みにした", "confirmed"),
    Act.SIGN_OFF: ("未確認のまま知らせることを認めた", "signed off as unconfirmed"),
    Act.REJECT: ("退けた", "rejected"),
    Act.WITHDRAW: ("取り下げた", "withdrawn"),
    Act.CORRECT: ("訂正した", "corrected"),
    Act.EXPIRE: ("期限切れ", "expired"),
    Act.REOPEN: ("判断をやり直す", "reopened"),
    Act.MERGE: ("まとめた", "merged"),
    Act.SPLIT: ("分けた", "split off"),
    Act.CLAIM: ("対応を始めた", "claimed"),
    Act.RELEASE: ("担当を外した", "released"),
    Act.ASSIGN: ("担当を決めた", "assigned"),
    Act.NOTE: ("メモ", "note"),
}
STATES_JA: Mapping[State, tuple[str, str]] = {
    State.RECEIVED: ("受付", "received"),
    State.TRIAGED: ("確認中", "triaged"),
    State.CONFIRMED: ("確認済み", "confirmed"),
    State.UNCONFIRMED: ("未確認で公表", "told as unconfirmed"),
    State.REJECTED: ("退けた", "rejected"),
    State.WITHDRAWN: ("取下げ", "withdrawn"),
    State.EXPIRED: ("期限切れ", "expired"),
}


def entry(case: Case, event: Event) -> Entry:
    """The line that tells the act, with its reason."""
    why = f"（{event.reason.ja}）" if event.reason else ""
    into = f"→番号 {event.facts['into']}" if event.act is Act.MERGE else ""
    text = f"通報 {case.id}（{kind_of(case.kind).ja}）：{ACTS_JA[event.act][0]}{into}{why}"
    refs = {"report": case.key, "case": str(case.id), "act": event.act.value}
    return Entry(at=event.at, status=case.status, kind="report", who=event.who, text=text, refs=refs)


def count(case: Case, event: Event) -> None:
    ACTS.labels(case.status.value, case.kind, event.act.value).inc()
