"""Writing a revision: a proposal that passed every stage becomes an alert with identifier, references and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jinja2 import TemplateError

from feeds.japan import JAPAN
from geo.hazard import Hazard
from rules.alert import REMEMBERED, Alert, Approval, Place, Seen, Text, sent_after
from rules.doubtful import doubts
from rules.ending import cancelling, lifting
from rules.evacuation import evacuates
from rules.hold_off import hold_off_at
from rules.noise.digest import gathered
from rules.proposal import Proposal, Reason
from rules.rule import Rule
from rules.situation import Situation
from rules.source import at_level
from rules.wording.languages import spoken
from rules.wording.levels import names_at
from rules.wording.templates import names, render
from rules.wording.times import clock

Places = Callable[[str], Place]  # area code → place


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who speaks: the city, as receivers and readers know it."""

    id: str  # CAP sender: a domain or mail address, no spaces or commas
    name: str
    name_en: str = ""
    web: str = ""
    contact: str = ""
    languages: tuple[str, ...] = ("ja", "en")  # Japanese is always written, and first

    def __post_init__(self) -> None:
        if not self.id or any(character in self.id for character in " ,<&\t\n"):
            raise ValueError(
                f"sender id {self.id!r} must be one word without spaces, commas, < or &; use a domain name"
            )

    def named(self, language: str) -> str:
        """The name for readers of a language."""
        return self.name if spoken(language).japanese else self.name_en or self.name


def series_began(alert: Alert) -> datetime:
    """When the first revision of the alert's series was written: its name ends with that, unless others named it."""
    try:
        return datetime.strptime(alert.series.rpartition("-")[2], "%Y%m%dT%H%M%S").replace(tzinfo=JAPAN)
    except ValueError:
        return alert.sent


def write(situation: Situation, proposal: Proposal, sender: Sender, places: Places) -> Alert:
    """The next revision of the proposal's series. Never raises for wording: a template that fails gives plain words."""
    now, sent = situation.now.replace(microsecond=0), sent_after(situation.now, proposal.in_force)
    rule = proposal.rule
    standing = None if proposal.standing and proposal.standing.state in REMEMBERED else proposal.standing
    series = standing.alert.series if standing else f"{proposal.stem}-{sent.astimezone(JAPAN):%Y%m%dT%H%M%S}"
    revision = max(standing.last_revision, standing.alert.revision) + 1 if standing else 1
    alert = Alert(
        series=series,
        revision=revision,
        identifier=f"{series}-{revision}",
        sender=sender.id,
        sent=sent,
        status=situation.status,
        msg_type="Update" if proposal.in_force else "Alert",
        references=tuple(earlier.reference for earlier in proposal.in_force),
        rule=rule.id,
        category=rule.category,
        effective=now,
        expires=_expires(proposal, sent),
        places=_places(proposal, places),
        texts={},
        evidence=tuple(_evidence(situation, proposal)),
        approval=_approval(situation, proposal),
        hold_off_s=int(hold_off_at(rule.hold_off, proposal.level).total_seconds()),
        channels=_channels(proposal),
        sender_name=sender.name,
        web=sender.web,
        contact=sender.contact,
        soundless=proposal.soundless,
        ends=proposal.ends,
        issue=(standing.issued if standing else 0) + 1,
        announced=proposal.in_force[-1].place_levels if proposal.in_force else {},
        lifted=() if proposal.ends else proposal.lifted,
        seen=_remembered(proposal),
        **(lifting(proposal.in_force[-1]) if proposal.ends else _warning(rule, proposal.hazards)),
    )
    if proposal.reason is Reason.TAKEN_BACK:
        return cancelling(alert, proposal.in_force[-1], sender.named)
    return _with_texts(alert, proposal, sender)


def _expires(proposal: Proposal, sent: datetime) -> datetime:
    """The rule's lifetime, cut short where the rule wants it at the end of the first hazard that runs out."""
    latest = sent + proposal.rule.expires
    if not proposal.rule.while_valid:
        return latest
    return min([latest, *(hazard.valid_until for hazard in proposal.hazards)])


def _warning(rule: Rule, hazards: tuple[Hazard, ...]) -> dict[str, Any]:
    """What the hazards make of an alert: the leading one counts."""
    lead = hazards[0]
    certainty = "Observed" if lead.observed else "Likely" if (lead.probability or 0) > 0.5 else "Possible"
    return {
        "kind": lead.kind,
        "level": lead.level,
        "alert_level": lead.alert_level,
        "response": at_level(rule.response, lead.level),
        "urgency": at_level(rule.urgency, lead.level),
        "severity": at_level(rule.severity, lead.level),
        "certainty": at_level(rule.certainty, lead.level) or certainty,
        "hazards": tuple(hazard.key for hazard in hazards),
        "levels": tuple(hazard.level for hazard in hazards),
        "believed_until": min(hazard.valid_until for hazard in hazards),
    }


def _remembered(proposal: Proposal) -> dict[str, Seen]:
    """What a person left out and is still there stays left out, whoever writes the next revision."""
    there = {hazard.key for hazard in proposal.aside}
    return {key: one for key, one in proposal.left_out.items() if key in there}


def _channels(proposal: Proposal) -> tuple[str, ...]:
    """The rule's, and every channel that what is still in force has reached, or the newest revision before this."""
    newest = (proposal.base,) if proposal.base else ()
    reached = (name for alert in (*proposal.in_force, *newest) for name in alert.channels)
    return tuple(dict.fromkeys((*proposal.rule.channels, *reached)))


def _places(proposal: Proposal, places: Places) -> tuple[Place, ...]:
    """Most dangerous first; an all-clear goes to every place that something still in force names."""
    if not proposal.ends:
        found = [replace(places(hazard.area), code=hazard.area) for hazard in proposal.hazards]
    else:
        found = [place for alert in reversed(proposal.in_force) for place in alert.places]
    unique: dict[str, Place] = {}
    for place in found:
        unique.setdefault(place.code, place)
    return tuple(unique.values())


def _approval(situation: Situation, proposal: Proposal) -> Approval:
    """As the rule says for the level; but what may be told only because a sensor fell silent, is not believed, or the
    rule changed needs a person."""
    approval = proposal.rule.approval_at(proposal.level, proposal.ends)
    return Approval.ONE if approval is Approval.AUTO and any(doubts(situation, proposal)) else approval


def _evidence(situation: Situation, proposal: Proposal) -> Iterator[str]:
    """Sentences for the officer: the change, the rule's conditions as they were met, what each hazard rests on."""
    rule = proposal.rule
    if proposal.reason:
        yield f"{rule.title['ja']}: {proposal.reason.ja}"
    if proposal.renewed:
        yield proposal.renewed
    yield from doubts(situation, proposal)
    unclear = [place.name for place in proposal.missing if place not in proposal.lifted]
    if unclear and not proposal.ends:
        yield f"発表済みで、継続とも解除とも言えない区域（観測の途絶など）: {'、'.join(unclear)}"
    told: dict[str, None] = {}  # districts of one gauge share their sentences: each is said once
    for hazard in proposal.hazards:
        told |= dict.fromkeys([hazard.headline, *(evidence.text for evidence in hazard.evidence)])
    yield from told
    for hazard in proposal.hazards[:1]:
        met = "、".join(verdict.ja for verdict in rule.when.explain(hazard, situation))
        yield f"規則 {rule.id}: {met}"


def _with_texts(alert: Alert, proposal: Proposal, sender: Sender) -> Alert:
    """The alert in all its languages. What a template cannot say is said plainly, and a person must look at it.

    Whatever the rule says of approval, evacuation information never goes out by itself: wording made of facts could
    have become such only now.
    """
    rule = proposal.rule
    if (kept := _kept(alert, proposal)) is not None:
        return kept
    worded = rule.all_clear if proposal.ends else rule.wording
    texts: dict[str, Text] = {}
    approval, evidence = alert.approval, list(alert.evidence)
    for language, words in worded.items():
        if language != "ja" and language not in sender.languages:
            continue
        try:
            texts[language] = render(words, language, _variables(alert, proposal, sender, language))
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            done = "簡単な文にしました"
            if language in rule.title:
                texts[language] = _plain(alert, proposal, language)
            else:  # plain words of ours would be English under another language's name
                done = "この言語では出しません"
            evidence.append(f"文面のひな形（{rule.file}、{language}）が使えないため、{done}: {error}")
            approval = Approval.ONE if approval is Approval.AUTO else approval
    order = _order(alert, proposal, texts["ja"])
    made = replace(alert, texts=texts, approval=approval, evidence=tuple(evidence), order=order)
    return replace(made, approval=Approval.ONE) if approval is Approval.AUTO and evacuates(made) else made


def _order(alert: Alert, proposal: Proposal, said: Text) -> str:
    """What the law calls what the city issues here; of an all-clear, what it called that when it was issued."""
    if proposal.ends:
        return proposal.in_force[-1].order
    name = names_at(proposal.rule.levels, alert.sent).of("ja").orders.get(alert.level, "")
    return name if alert.alert_level and name and name in said.event else ""


def _kept(alert: Alert, proposal: Proposal) -> Alert | None:
    """The words of a person are said again as they are, by another person's leave, while nothing else changes."""
    base = proposal.base
    if base is None or not base.author or proposal.reason not in {Reason.REPEAT, Reason.RENEWED}:
        return None
    approval = Approval.ONE if alert.approval is Approval.AUTO else alert.approval
    told = f"文面は {base.author} が書いたもの（{clock(base.sent)}）を引き継いでいます。時刻などを確かめてください"
    return replace(alert, texts=base.texts, author=base.author, approval=approval, evidence=(told, *alert.evidence))


def _variables(alert: Alert, proposal: Proposal, sender: Sender, language: str) -> Mapping[str, object]:
    """What a template may name: exactly :data:`rules.wording.templates.VARIABLES`."""
    lead = proposal.hazards[0] if proposal.hazards else None
    codes, places = [place.code for place in alert.places], names(alert.places, language)
    japanese = spoken(language).japanese
    levels = names_at(proposal.rule.levels, alert.sent)
    return {
        "now": alert.sent,
        "until": alert.expires,
        "since": lead.since if lead else alert.sent,
        "level": proposal.level,
        "level_label": levels.label(proposal.level, alert.alert_level, language),
        "orders": levels.of(language).orders,
        "reason": (proposal.reason or Reason.FIRST).value,
        "hazard": lead,
        "facts": dict(lead.facts) if lead else {},
        "hazards": proposal.hazards,
        "groups": gathered(proposal.hazards, dict(zip(codes, places, strict=True))),
        "places": places,
        "announced": proposal.in_force[-1].texts[language].event if _said(proposal, language) else "",
        "lifted": () if proposal.ends else names(proposal.lifted, language),
        "title": proposal.rule.title["ja" if japanese else "en"],
        "sender": sender.named(language),
        "contact": sender.contact,
        "web": sender.web,
    }


def _said(proposal: Proposal, language: str) -> bool:
    return bool(proposal.in_force) and language in proposal.in_force[-1].texts


def _plain(alert: Alert, proposal: Proposal, language: str) -> Text:
    """Words that need no template: the hazards' own headlines, where, when, who."""
    japanese = language.startswith("ja")
    title = proposal.rule.title["ja" if japanese else "en"]
    heading = f"【解除】{title}" if proposal.ends and japanese else f"All clear: {title}" if proposal.ends else title
    where = "、".join(place.name for place in alert.places)
    what = "。".join(hazard.headline for hazard in proposal.hazards) or heading
    when = f"{clock(alert.sent, language)}現在" if japanese else f"As of {clock(alert.sent, language)}"
    return Text(
        language=language,
        event=title,
        headline=f"{heading} {where}"[:140],
        description=f"{what}（{when}、{where}）",
        instruction=f"{alert.sender_name}の情報を確認してください。" if japanese else f"Follow {alert.sender_name}.",
        short=f"{heading} {what} {where} {when} {alert.sender_name}",
    )
