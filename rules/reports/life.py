"""How a report lives. People judge; the hub only lets it grow old, and an issuer may vouch for its own word.

    received → triaged → confirmed | unconfirmed | rejected → expired        with corrected, withdrawn, reopened

Nothing is public before it is confirmed, or signed off as unconfirmed. Every act is kept with who, when and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rules.reports.case import CLAIMED_FOR, GONE, OPEN, PUBLIC, WAITING, Act, Case, CaseError, Claim, Event, How, State
from rules.reports.reason import Reason

_MAY: Mapping[How, frozenset[Act]] = {
    How.SENDER: frozenset({Act.ARRIVE, Act.REVISE, Act.WITHDRAW}),
    How.ISSUER: frozenset({Act.VOUCH, Act.DISOWN, Act.WITHDRAW, Act.REVISE}),
    How.DESK: frozenset(Act) - {Act.ARRIVE, Act.REVISE, Act.VOUCH, Act.DISOWN, Act.EXPIRE},
    How.HUB: frozenset({Act.EXPIRE, Act.SPLIT}),
}
_JUDGED = {Act.REJECT: State.REJECTED, Act.WITHDRAW: State.WITHDRAWN, Act.EXPIRE: State.EXPIRED}
_AFTER: Mapping[State | None, Mapping[Act, State]] = {
    None: {Act.ARRIVE: State.RECEIVED, Act.VOUCH: State.CONFIRMED, Act.CONFIRM: State.CONFIRMED},
    State.RECEIVED: {
        Act.TRIAGE: State.TRIAGED,
        Act.VOUCH: State.CONFIRMED,
        Act.WITHDRAW: State.WITHDRAWN,
        Act.EXPIRE: State.EXPIRED,
    },
    State.TRIAGED: {
        Act.CONFIRM: State.CONFIRMED,
        Act.VOUCH: State.CONFIRMED,
        Act.SIGN_OFF: State.UNCONFIRMED,
        **_JUDGED,
    },
    State.UNCONFIRMED: {Act.CONFIRM: State.CONFIRMED, Act.VOUCH: State.CONFIRMED, **_JUDGED},
    State.CONFIRMED: {Act.VOUCH: State.CONFIRMED, Act.DISOWN: State.RECEIVED, **_JUDGED},
    State.REJECTED: {Act.REOPEN: State.TRIAGED},
    State.WITHDRAWN: {Act.REOPEN: State.TRIAGED},
}
_ALWAYS = frozenset({Act.NOTE, Act.REVISE})
_WHILE_OPEN = frozenset({Act.CORRECT, Act.MERGE, Act.CLAIM, Act.RELEASE, Act.ASSIGN}) | _ALWAYS
_MERGED = frozenset({Act.SPLIT, Act.EXPIRE}) | _ALWAYS
REASONS: Mapping[Act, tuple[Reason, ...]] = {  # the first is taken where none is given and there is no other
    Act.ARRIVE: (Reason.ARRIVED,),
    Act.REVISE: (Reason.CHANGED, Reason.NO_ORIGINAL),
    Act.VOUCH: (Reason.ISSUER,),
    Act.DISOWN: (Reason.ISSUER_WITHDREW,),
    Act.TRIAGE: (Reason.LOOKED_AT, Reason.URGENT),
    Act.CONFIRM: (Reason.POLICE, Reason.PATROL, Reason.SECOND_REPORTER, Reason.STAFF_SAW),
    Act.SIGN_OFF: (Reason.PRECAUTION,),
    Act.REJECT: (Reason.NOT_FOUND, Reason.MISTAKEN, Reason.FAKE_PHOTO, Reason.FALSE_ALARM, Reason.NOT_OURS),
    Act.WITHDRAW: (Reason.SENDER_WITHDREW, Reason.ISSUER_WITHDREW, Reason.FOUND),
    Act.CORRECT: (Reason.PLACE, Reason.TIME, Reason.KIND),
    Act.EXPIRE: (Reason.RAN_OUT, Reason.NEVER_JUDGED),
    Act.REOPEN: (Reason.OUR_MISTAKE,),
    Act.MERGE: (Reason.SAME_EVENT,),
    Act.SPLIT: (Reason.NOT_THE_SAME, Reason.FIRST_IS_OVER),
}
_PAST_CLAIMS = frozenset({Act.SIGN_OFF, Act.RELEASE, Act.NOTE, Act.ASSIGN})  # another's claim does not bar them
_ABOUT_WORK = frozenset({Act.CLAIM, Act.RELEASE, Act.ASSIGN})  # who does it: nothing is settled by that
_JUDGES = frozenset({Act.CONFIRM, Act.SIGN_OFF, Act.REJECT, Act.WITHDRAW, Act.MERGE, Act.EXPIRE, Act.VOUCH})


def allowed(case: Case, how: How) -> frozenset[Act]:
    """What may be done next by this way."""
    if case.state is None:
        acts = frozenset(_AFTER[None])
    elif case.same_as is not None:
        acts = _MERGED
    else:
        acts = frozenset(_AFTER.get(case.state, {})) | (_WHILE_OPEN if case.state in OPEN else _ALWAYS)
        acts -= frozenset() if _vouched(case) else {Act.DISOWN}
        if how is How.SENDER and case.state not in WAITING:
            acts -= {Act.WITHDRAW}  # what people have judged stands until people judge anew
    return acts & _MAY[how]


def _vouched(case: Case) -> bool:
    """True where it is confirmed by nobody but its issuer."""
    return case.last(Act.VOUCH) is not None and case.last(Act.CONFIRM) is None


def apply(case: Case, event: Event) -> Case:
    """The case after the act. Raises CaseError: not_yours, no_reason, merged, state, claimed, bad_merge, time."""
    if event.act not in _MAY[event.how]:
        raise CaseError("not_yours", f"{event.how} は {event.act} できません / {event.how} may not {event.act}")
    if event.act not in allowed(case, event.how):
        raise _misplaced(case, event.act)
    if event.reason not in REASONS.get(event.act, (None,)):
        names = "、".join(f"{one}（{one.ja}）" for one in REASONS.get(event.act, ())) or "—"
        raise CaseError("no_reason", f"理由を選んでください：{names} / choose a reason that fits {event.act}")
    if case.events and event.at < case.events[-1].at:
        raise CaseError("time", "前の操作より前の時刻です / earlier than the act before it")
    _mind_claims(case, event)
    return _after(case, event)


def _after(case: Case, event: Event) -> Case:
    act, state = event.act, _AFTER.get(case.state, {}).get(event.act, case.state)
    done = replace(case, state=state, events=(*case.events, event))
    if act in _JUDGES:
        done = replace(done, claim=None)
    if event.how is How.DESK and act not in _ABOUT_WORK:
        done = replace(done, changed=False)
    if act is Act.CLAIM:
        return replace(done, claim=Claim(event.who, event.at + CLAIMED_FOR))
    if act is Act.RELEASE:
        return replace(done, claim=None)
    if act is Act.ASSIGN:
        return replace(done, handler=str(event.facts.get("handler", "")))
    if act is Act.MERGE:
        return replace(done, same_as=_into(case, event))
    if act is Act.SPLIT:
        return replace(done, same_as=None)
    if act is Act.REVISE:
        return replace(done, changed=case.state in PUBLIC | GONE)
    return done


def _into(case: Case, event: Event) -> int:
    into = event.facts.get("into")
    if not isinstance(into, int) or into == case.id:
        raise CaseError("bad_merge", "まとめる先の番号がありません / name the case that it is the same as")
    return into


def _mind_claims(case: Case, event: Event) -> None:
    claim = case.claimed(event.at)
    if claim is None or event.how is not How.DESK or claim.who == event.who or event.act in _PAST_CLAIMS:
        return
    text = (
        f"{claim.who} が対応中です。終わるのを待つか、「担当を外す」を押してから操作してください（記録に残ります） / "
        f"{claim.who} works at it: wait, or release it first (that is written down)"
    )
    raise CaseError("claimed", text)


def _misplaced(case: Case, act: Act) -> CaseError:
    """Why the act does not fit, with what helps."""
    if case.same_as is not None:
        return CaseError(
            "merged",
            f"番号 {case.same_as} にまとめられています。そちらを操作するか、先に分けてください / "
            f"it is merged into {case.same_as}: act on that one, or split it off first",
        )
    cures: Mapping[tuple[State | None, Act], tuple[str, str]] = {
        (State.RECEIVED, Act.CONFIRM): ("先に「内容を確かめた」を押してください", "triage it first"),
        (State.RECEIVED, Act.SIGN_OFF): ("先に「内容を確かめた」を押してください", "triage it first"),
        (State.RECEIVED, Act.REJECT): ("先に「内容を確かめた」を押してください", "triage it first"),
        (State.CONFIRMED, Act.SIGN_OFF): ("確認済みです。そのまま伝えられます", "it is confirmed already"),
        (State.REJECTED, Act.CONFIRM): ("先に「判断をやり直す」を押してください", "reopen it first"),
        (State.WITHDRAWN, Act.CONFIRM): ("先に「判断をやり直す」を押してください", "reopen it first"),
        (State.EXPIRED, Act.REOPEN): ("期限切れです。新しく登録してください", "it has expired: enter it anew"),
    }
    ja, en = cures.get((case.state, act), ("画面を更新して、今の状態を見てください", "look at it again"))
    return CaseError(
        "state", f"今の状態（{case.state}）では {act} できません。{ja} / not possible while {case.state}; {en}"
    )


def waits(case: Case) -> bool:
    """True where a person has something to do with it: to judge it, or to look at what its sender changed."""
    return case.same_as is None and (case.state in WAITING or (case.changed and case.state is not State.EXPIRED))
