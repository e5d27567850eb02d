"""/alerts/{series}/voice: an alert as it is spoken, for whoever reads it out. The public hears what it may see."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from rules.alert import Alert
from rules.voice.form import FORMS
from rules.voice.script import Utterance
from rules.voice.ssml import ssml
from rules.voice.tongue import TONGUES
from services.channels.voice import spoken
from services.store.codec import from_json
from services.store.tables import alerts
from services.web.api.alerts import visible
from services.web.api.answer import JSON, listing
from services.web.api.endpoint import Endpoint, Parameter
from services.web.api.viewer import viewer_of
from services.web.context import CONTEXT
from services.web.security import WebError


async def show(request: web.Request) -> web.Response:
    """The newest revision that the asker may see, for the desk a draft too; nothing where there is none."""
    context = request.app[CONTEXT]
    wanted = visible(viewer_of(request), context.now()).where(alerts.c.series == request.match_info["series"])
    async with context.store.read() as connection:
        row = (await connection.execute(wanted.order_by(alerts.c.revision.desc()).limit(1))).mappings().first()
    forms = request.query.get("form", ",".join(FORMS)).split(",")
    if unknown := [form for form in forms if form not in FORMS]:
        raise WebError(400, "bad_form", f"form must be among {', '.join(FORMS)}, not {', '.join(unknown)}")
    if row is None:
        return listing(request, [], None)
    alert = from_json(Alert, row["body"])
    try:
        said = spoken(alert, forms, TONGUES, context.readings)
    except ValueError as error:
        raise WebError(409, "cannot_be_spoken", str(error)) from error
    return listing(request, [_properties(alert, one) for one in said], None)


def _properties(alert: Alert, one: Utterance) -> dict[str, Any]:
    return {
        "name": one.name,
        "identifier": alert.identifier,
        "revision": alert.revision,
        "status": alert.status.value,
        "form": one.form.name,
        "language": one.language,
        "page": one.page,
        "pages": one.pages,
        "seconds": round(one.seconds),
        "written": one.written,
        "text": one.text,
        "ssml": ssml(one),
    }


ENDPOINTS = (
    Endpoint(
        path="/alerts/{series}/voice",
        handler=show,
        summary="The newest revision of an alert as spoken text: for radio, loudspeakers and telephones.",
        parameters=(
            Parameter("series", "Of the alert.", where="path"),
            Parameter("form", "Only these, with commas: radio, loudspeaker, telephone, page."),
        ),
        returns=JSON,
        properties={
            "name": "of the utterance: form, language, page",
            "identifier": "of the alert",
            "revision": "of the alert",
            "status": "Actual, Exercise or Test; a drill is said to be one first and last",
            "form": "radio, loudspeaker, telephone or page",
            "language": "ja or en",
            "page": "from 1; several where not all places fit into one utterance",
            "pages": "how many",
            "seconds": "it takes about so long",
            "written": "the words for an announcer, a sentence a line",
            "text": "the same with names and figures in kana, for a machine",
            "ssml": "the same as SSML 1.1",
        },
        errors=(400, 409),
    ),
)
