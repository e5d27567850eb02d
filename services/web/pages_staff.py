"""What every page of the desk is given: who is logged in, the token of the session, and where in the desk it is."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.web.auth import PERSON
from services.web.language.speaking import N_
from services.web.templating import page

_ROLES = {"viewer": N_("閲覧"), "operator": N_("操作"), "approver": N_("承認者"), "admin": N_("管理者")}


def staff_page(request: web.Request, name: str, **variables: Any) -> web.Response:
    """The page of this name for the person who asks."""
    person = request[PERSON]
    user = {"name": person.name, "role": person.role.value, "role_name": _ROLES[person.role.value]}
    return page(request, f"{name}.html", user=user, csrf=person.csrf, page=name, **variables)
