"""Where a line of the chronology leads: the story, the report, the record that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from services.web.language.speaking import N_

_PLACES = (  # member of refs, word, address; the first that fits of each is shown
    ("series", N_("発表の経緯"), "/ops/alerts/{}"),
    ("damage", N_("被害の記録"), "/ops/damage/record?id={}"),
    ("case", N_("通報"), "/ops/reports?every=true#r-{}"),
    ("request", N_("依頼"), "/ops/requests?id={}"),
    ("call", N_("呼び出し"), "/ops/calls#call-{}"),
    ("muster", N_("安否・参集"), "/ops/muster?id={}"),
    ("section", N_("除雪"), "/ops/snow#s-{}"),
    ("handover", N_("引継ぎ"), "/ops/handover/made?number={}"),
)


def links_of(refs: Mapping[str, str], status: str = "Actual") -> list[tuple[str, str]]:
    """Word and address of each thing that the line names and that has a page."""
    found = []
    for member, word, address in _PLACES:
        if refs.get(member):
            found.append((word, address.format(quote(refs[member], safe=""))))
    if refs.get("form") and refs.get("disaster"):
        made = f"disaster={quote(refs['disaster'])}&form={quote(refs['form'])}&number={quote(refs.get('number', ''))}"
        found.append((N_("第4号様式"), f"/ops/damage/made?{made}"))
    elif refs.get("disaster") and not refs.get("damage"):
        found.append((N_("被害"), f"/ops/damage?disaster={quote(refs['disaster'])}"))
    return [(word, f"{address}&status={status}" if "/handover/" in address else address) for word, address in found]
