"""Who may do what with a case of emergency culling. Each no is a sentence."""

from __future__ import annotations

from rules.culling.case import Act
from rules.culling.telling import KIND
from services.desks.authority import scope_of
from services.store.users import Account, Role

OF_APPROVERS = frozenset({Act.OPEN, Act.ORDER, Act.REVOKE})


def objections(account: Account | None, act: Act, animal: str) -> tuple[str, ...]:
    """Why the person may not do it, in Japanese; empty where they may.

    A case is opened, and the mayor's order written down, by an approver whose scope leaves out neither; all else is an
    operator's. What the public is told is approved at the review desk, by its own rules.
    """
    if account is None or account.revoked or not account.role.covers(Role.OPERATOR):
        return ("操作の権限がありません（operator 以上が必要）",)
    if act not in OF_APPROVERS:
        return ()
    scope = scope_of(account)
    if scope is None:
        return (f"役割が {account.role} です（approver 以上が必要）",)
    if scope.kinds and not {animal, KIND} & set(scope.kinds):
        return (f"緊急銃猟（{KIND}）は担当外です",)
    return ()
