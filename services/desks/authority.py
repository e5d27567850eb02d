"""Who may approve what: a person's role and scope against one alert. Every no is a sentence the officer can read.

An approver without a scope of their own may approve everything. An admin keeps the hub running, and is nobody who
orders an evacuation: that takes a scope which says so (ADR 15).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from rules.alert import Alert, Place
from rules.evacuation import evacuates
from rules.floor import gravity
from services.store.users import Account, Role, Scope

_OF_ROLE = {Role.APPROVER: Scope(evacuation=True), Role.ADMIN: Scope()}


def scope_of(account: Account) -> Scope | None:
    """What the person may approve, None for a role that approves nothing."""
    if account.revoked or not account.role.covers(Role.APPROVER):
        return None
    return account.scope or _OF_ROLE[account.role]


def objections(account: Account | None, alert: Alert) -> tuple[str, ...]:
    """Why the person may not approve the alert, in Japanese; empty where they may."""
    scope = scope_of(account) if account else None
    if scope is None:
        role = "登録がありません" if account is None or account.revoked else f"役割が {account.role} です"
        return (f"{role}（承認には approver 以上が必要）",)
    return tuple(_objections(scope, alert))


def able(people: Iterable[Account], alert: Alert) -> tuple[str, ...]:
    """The names of those who may approve the alert."""
    return tuple(person.name for person in people if not objections(person, alert))


def may_break_glass(account: Account | None) -> bool:
    """True where the person's scope gives the right to issue alone in an emergency."""
    scope = scope_of(account) if account else None
    return scope is not None and scope.break_glass


def named(names: Iterable[str]) -> str:
    """The people to ask, in words."""
    told = "、".join(names)
    nobody = "承認できる人がいません。管理者に `shirase users scope` での設定を頼んでください"
    return f"承認できる人：{told}" if told else nobody


def _objections(scope: Scope, alert: Alert) -> Iterator[str]:
    if not scope.evacuation and evacuates(alert):
        yield "避難情報を承認する権限がありません"
    if scope.kinds and alert.kind not in scope.kinds:
        yield f"種別「{alert.texts['ja'].event}」（{alert.kind}）は担当外です"
    told = (*alert.places, *alert.lifted)  # to say that it is over there takes the same right
    outside = [place.name for place in told if not (covers(scope, place.code) or _covered(scope, place))]
    if outside:
        more = f"ほか{len(outside) - 3}か所" if len(outside) > 3 else ""
        yield f"区域「{'、'.join(outside[:3])}{more}」は担当外です"
    if gravity(alert) > scope.highest:
        yield f"レベル{gravity(alert)}は、承認できる上限（レベル{scope.highest}）を超えています"


def _covered(scope: Scope, place: Place) -> bool:
    """An area drawn by hand is theirs where every district that it touches is."""
    return bool(place.within) and all(covers(scope, code) for code in place.within)


def covers(scope: Scope, code: str) -> bool:
    """True where the area is among those of the scope."""
    return not scope.areas or any(fnmatchcase(code, area) for area in scope.areas)
