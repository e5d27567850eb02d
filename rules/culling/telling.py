"""What the public is told of a case: "stay inside, roads closed", prolonged or for another area, and the all-clear.

Each is the draft of a revision like any other: people approve it by its bytes. The all-clear goes wherever the series
went. All that is said of the place are the squares or districts of the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from feeds.japan import JAPAN, dated
from geo.sighted.squares import says_where
from rules.alert import Act, Alert, Place, Text
from rules.amendment import amend, following
from rules.culling.case import Case, Plan
from rules.culling.life import HOLDS_AFTER
from rules.culling.words import ANIMALS, CONDITIONS
from rules.notice import Notice, compose
from rules.redraft import Pen, Said, Series, revised
from rules.wording.culling import forms, speaker, text_of
from rules.wording.languages import in_order

KIND = "emergency_culling"
CHANNELS = ("open", "social", "residents", "authorities", "log")  # where they are set up
LEVEL = 4  # it is about lives: nothing gathers it, and whoever wrote it does not agree to it alone


def series_name(case: Case, at: datetime) -> str:
    """Of the alert that tells of the case. The moment keeps it apart from a case of the same number elsewhere."""
    return f"{case.status}-{KIND}-{case.id}-{at.astimezone(JAPAN):%Y%m%dT%H%M%S}"


def warning(case: Case, plan: Plan, name: str, channels: tuple[str, ...], pen: Pen) -> Alert:
    """The first revision of the series ``name``. Raises AmendmentError like :func:`rules.notice.compose`."""
    places = _places(plan.areas, pen)
    notice = Notice(
        status=case.status,
        kind=KIND,
        level=LEVEL,
        category="Safety",
        texts=_texts("warn", case.animal, plan, places, pen),
        areas=plan.areas,
        expires=plan.until + HOLDS_AFTER,
        channels=channels,
    )
    return replace(_grave(compose(notice, pen, name)), places=places, evidence=_evidence(case, plan, places, pen))


def carried_on(case: Case, plan: Plan, series: Series, pen: Pen) -> Alert:
    """The next revision of a series in force, with the plan as it is now. Raises AmendmentError."""
    places = _places(plan.areas, pen)
    expires = plan.until + HOLDS_AFTER
    fresh = replace(_grave(following(series, Said(expires=expires), pen)), act=Act.UPDATE, places=places)
    before = series.standing.in_force(pen.now)[-1].places
    fresh = replace(fresh, lifted=tuple(one for one in before if one.code not in plan.areas))
    said = Said(texts=_texts("warn", case.animal, plan, places, pen), expires=expires)
    alert = revised(fresh, said, series.reached, pen.now)
    return replace(alert, evidence=_evidence(case, plan, places, pen))


def lifted(case: Case, plan: Plan, series: Series, pen: Pen) -> Alert:
    """The all-clear, to every place and channel that was told. Raises AmendmentError."""
    bare = amend(Act.ALL_CLEAR, series, Said(), pen)
    form = "over" if case.ever_began else "called_off"
    texts = _texts(form, case.animal, plan, bare.places, pen)
    alert = revised(bare, Said(texts={tag: texts.get(tag, one) for tag, one in bare.texts.items()}), (), pen.now)
    told = f"{pen.author} が作った解除の案です。届いたすべての経路に送ります"
    return replace(alert, evidence=(told, *alert.evidence))


def _grave(alert: Alert) -> Alert:
    return replace(alert, response="Shelter", urgency="Immediate", severity="Severe", certainty="Likely")


def _places(codes: Sequence[str], pen: Pen) -> tuple[Place, ...]:
    """With a name of their neighbours for squares whose middle lies in no district: the city's would mean all of it."""
    found = [replace(pen.places(code), code=code) for code in codes]
    named = next((one for one in found if says_where(one.code, one.name)), None)
    if named is None:
        return tuple(found)
    name, english = named.name, named.name_en
    return tuple(one if says_where(one.code, one.name) else replace(one, name=name, name_en=english) for one in found)


def _texts(form: str, animal: str, plan: Plan, places: Sequence[Place], pen: Pen) -> dict[str, Text]:
    wanted = [tag for tag in in_order(forms()) if tag == "ja" or tag in pen.sender.languages]
    return {
        tag: text_of(form, animal, plan, places, (tag, pen.now, speaker(tag, pen.sender.name, pen.sender.name_en)))
        for tag in wanted
    }


def _evidence(case: Case, plan: Plan, places: Sequence[Place], pen: Pen) -> tuple[str, ...]:
    """For who approves: whose draft, how wide, and who ticked what."""
    ticked = (f"{one.who} が確かめた：{CONDITIONS[condition].ja}" for condition, one in case.ticked.items())
    areas = f"区域{len(places)}か所、終わる見込み {dated(plan.until)}"
    return (f"{pen.author} が作った案です（緊急銃猟 {case.id}、{ANIMALS[case.animal].ja}）", areas, *ticked)
