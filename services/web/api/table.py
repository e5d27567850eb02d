"""Every route under /api/v1, one line per resource."""

from __future__ import annotations

from aiohttp import web

from services.store import past
from services.web import events, openapi, report_form, sender
from services.web.api import (
    alerts,
    areas,
    break_glass,
    budget,
    calls,
    chronology,
    crimes,
    declared,
    desk,
    distrusts,
    fixes,
    foretold,
    hazards,
    inundation,
    layers,
    notices,
    official,
    official_areas,
    outages,
    photos,
    place_picture,
    places,
    presence,
    quarantine,
    readings,
    report_intake,
    reports,
    review,
    season,
    sensor_sheet,
    sensors,
    shapes,
    shelters,
    silences,
    skill,
    snow,
    status,
    street,
    timeline,
    tracks,
    trail,
    voice,
    why,
    writing,
)
from services.web.contacts import api as contacts
from services.web.context import CONTEXT
from services.web.culling import api as culling
from services.web.damage import api as damage
from services.web.damage import disasters
from services.web.damage import open as damage_open
from services.web.damage import reports as damage_reports
from services.web.dumps import api as dumps
from services.web.leads import api as leads
from services.web.ledger import api as ledger
from services.web.muster import api as muster
from services.web.reports import api as report_queue
from services.web.requests import api as requests
from services.web.roads import finding, lines

ENDPOINTS = (
    *status.ENDPOINTS,
    *hazards.ENDPOINTS,
    *inundation.ENDPOINTS,
    *official.ENDPOINTS,
    *official_areas.ENDPOINTS,
    *alerts.ENDPOINTS,
    *voice.ENDPOINTS,
    *review.ENDPOINTS,
    *writing.ENDPOINTS,
    *declared.ENDPOINTS,
    *shelters.ENDPOINTS,
    *break_glass.ENDPOINTS,
    *foretold.ENDPOINTS,
    *readings.ENDPOINTS,
    *sensors.ENDPOINTS,
    *distrusts.ENDPOINTS,
    *sensor_sheet.ENDPOINTS,
    *reports.ENDPOINTS,
    *report_queue.ENDPOINTS,
    *leads.ENDPOINTS,
    *contacts.ENDPOINTS,
    *tracks.ENDPOINTS,
    *season.ENDPOINTS,
    *crimes.ENDPOINTS,
    *report_intake.ENDPOINTS,
    *requests.ENDPOINTS,
    *street.ENDPOINTS,
    *lines.ENDPOINTS,
    *finding.ENDPOINTS,
    *photos.ENDPOINTS,
    *notices.ENDPOINTS,
    *fixes.ENDPOINTS,
    *trail.ENDPOINTS,
    *areas.ENDPOINTS,
    *places.ENDPOINTS,
    *place_picture.ENDPOINTS,
    *layers.ENDPOINTS,
    *desk.ENDPOINTS,
    *calls.ENDPOINTS,
    *muster.ENDPOINTS,
    *silences.ENDPOINTS,
    *outages.ENDPOINTS,
    *presence.ENDPOINTS,
    *why.ENDPOINTS,
    *quarantine.ENDPOINTS,
    *chronology.ENDPOINTS,
    *timeline.ENDPOINTS,
    *skill.ENDPOINTS,
    *budget.ENDPOINTS,
    *ledger.ENDPOINTS,
    *snow.ENDPOINTS,
    *dumps.ENDPOINTS,
    *disasters.ENDPOINTS,
    *damage_open.ENDPOINTS,
    *damage_reports.ENDPOINTS,
    *damage.ENDPOINTS,
    *culling.ENDPOINTS,
    *events.ENDPOINTS,
    *openapi.ENDPOINTS,
)


def setup(app: web.Application) -> None:
    """Mount the table and what stands behind it."""
    shapes.setup(app)
    layers.setup(app)
    events.setup(app)
    sender.setup(app)
    report_form.setup(app)
    app[openapi.DOCUMENT] = openapi.document(ENDPOINTS, app[CONTEXT].city_name_en)
    app.on_startup.append(_keep_the_past)
    for endpoint in ENDPOINTS:
        endpoint.mount(app)


async def _keep_the_past(app: web.Application) -> None:
    """Whoever serves pages keeps a past that they can be shown; before this hour none was kept."""
    context = app[CONTEXT]
    async with context.store.read() as connection:
        if await past.began(connection) is not None:
            return
    async with context.store.write() as connection:
        await past.begin(connection, context.now())
