"""What every page of open data is rendered with."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services.web.context import CONTEXT
from services.web.open.licence import LICENCES
from services.web.templating import TEMPLATES


def rendered(request: web.Request, name: str, *, here: str, **shown: Any) -> str:
    """The template as text; ``here`` is the address in the row of links that this page is."""
    licence = LICENCES[request.app[CONTEXT].open_data.licence]
    return request.app[TEMPLATES].get_template(name).render({"licence": licence, "here": here, **shown})
