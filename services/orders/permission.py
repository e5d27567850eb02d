"""Who may order what: the person's scope, by kind and section, as with alerts. Every no is a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from rules.orders.decision import KINDS_JA, Kind
from rules.orders.life import Act
from services.desks.authority import covers, scope_of
from services.store.users import Account, Role

SCOPE_KINDS = {f"order_{kind.value}": name for kind, name in KINDS_JA.items()}  # as scopes name them
DECIDES = frozenset({Act.STAND_BY, Act.ORDER, Act.DECLINE, Act.CANCEL})  # the others only write down what was said


def objections(account: Account | None, act: Act, kind: Kind, section: str) -> tuple[str, ...]:
    """Why the person may not do it, in Japanese; empty where they may."""
    if account is None or account.revoked or not account.role.covers(Role.OPERATOR):
        return ("操作の権限がありません（operator 以上が必要）",)
    return tuple(_objections(account, kind, section)) if act in DECIDES else ()


def _objections(account: Account, kind: Kind, section: str) -> Iterator[str]:
    scope = scope_of(account)
    if scope is None:
        yield f"役割が {account.role} です（指示には approver 以上が必要）"
        return
    if scope.kinds and f"order_{kind.value}" not in scope.kinds:
        yield f"{KINDS_JA[kind]}の指示（order_{kind.value}）は担当外です"
    if not covers(scope, section):
        yield f"工区 {section} は担当外です"
