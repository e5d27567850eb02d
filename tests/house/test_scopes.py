"""Every endpoint says what a program's token needs, and what only a person at a screen may do stays so."""

from __future__ import annotations

from pathlib import Path

from services.accounts.scopes import GIVEN, TokenScope
from services.store.users import Role
from services.web.api.table import ENDPOINTS

DOCS = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
# Who approves, orders, calls people in, keeps something silent, or looks at how to reach somebody is a person.
BY_HAND = {"approve", "reject", "send-now", "break-glass", "sign-off", "acknowledge", "musters", "silences", "looks"}


def test_every_endpoint_declares_its_scope() -> None:
    plain = {(one.method, one.path) for one in ENDPOINTS if one.method == "GET" and one.role in {None, Role.VIEWER}}
    silent = [
        f"{one.method} {one.path}" for one in ENDPOINTS if one.scope is None and (one.method, one.path) not in plain
    ]
    assert silent == [], "say scope=TokenScope.…; PERSON where somebody has to be there"


def test_a_handler_has_one_scope() -> None:
    scopes: dict[object, set[TokenScope]] = {}
    for one in ENDPOINTS:
        scopes.setdefault(one.handler, set()).add(one.needs)
    assert [handler for handler, some in scopes.items() if len(some) > 1] == []


def test_no_token_decides() -> None:
    for one in ENDPOINTS:
        steps = set(one.path.split("/"))
        if one.method != "GET" and (one.role in {Role.APPROVER, Role.ADMIN} or steps & BY_HAND or "orders" in steps):
            assert one.needs is TokenScope.PERSON, one.path
        if one.needs is TokenScope.READ:
            assert one.method == "GET" and one.role in {None, Role.VIEWER}, one.path


def test_every_scope_is_asked_for_somewhere_and_told() -> None:
    assert {one.needs for one in ENDPOINTS} == set(TokenScope)
    assert set(GIVEN) == set(TokenScope) - {TokenScope.PERSON}
    assert [one for one in GIVEN if f"`{one.value}`" not in DOCS] == []
