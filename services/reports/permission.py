"""Who may do what with a report: operators judge, approvers sign off what nobody confirmed. Each no is a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from rules.reports.case import Act, Case
from rules.reports.kinds import kind_of
from services.desks.authority import covers, scope_of
from services.store.users import Account, Role


def objections(account: Account | None, act: Act, case: Case) -> tuple[str, ...]:
    """Why the person may not do it, in Japanese; empty where they may."""
    if account is None or account.revoked or not account.role.covers(Role.OPERATOR):
        return ("操作の権限がありません（operator 以上が必要）",)
    return tuple(_objections(account, case)) if act is Act.SIGN_OFF else ()


def _objections(account: Account, case: Case) -> Iterator[str]:
    scope = scope_of(account)
    if scope is None:
        yield f"役割が {account.role} です（未確認のまま知らせるには approver 以上が必要）"
        return
    if scope.kinds and case.kind not in scope.kinds:
        yield f"種別「{kind_of(case.kind).ja}」（{case.kind}）は担当外です"
    if scope.areas and not (case.area and covers(scope, case.area)):
        yield f"区域「{case.area or '不明'}」は担当外です"
