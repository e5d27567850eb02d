"""Alerts as the public page tells them: in one language, with the level as the law words it, and where they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from geo.area import Areas
from rules.alert import Alert, Text
from rules.cap_message import mark
from rules.wording.languages import spoken
from rules.wording.levels import LevelNames, names_at, of_catalog
from rules.wording.templates import names
from services.residents.reach import districts_of
from services.residents.wish import TOPICS
from services.store.codec import from_json
from services.web.api.alerts import visible
from services.web.api.viewer import Viewer
from services.web.context import WebContext
from services.web.public.orders import counts, gravest_first, is_order
from services.web.public.words import tag_of, word

_SAFETY = TOPICS["animals"] | TOPICS["crime"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alert in force. ``districts`` None: it concerns the whole city."""

    alert: Alert
    language: str  # of the page
    text: Text  # in it where there is one, else in English, else in Japanese
    label: str  # 避難指示, 警戒レベル４相当; empty where it has no level
    order: bool
    counts: bool  # it raises the level at the top
    districts: frozenset[str] | None
    places: str
    lifted: str  # where the danger is over, though it goes on elsewhere

    @property
    def tag(self) -> str:
        """The language of its words, for ``lang``."""
        return tag_of(self.text.language)

    @property
    def foreign(self) -> bool:
        """Whether its words are in another language than the page."""
        return self.text.language != self.language

    @property
    def level(self) -> int:
        return self.alert.level if self.alert.alert_level and not self.alert.ends else 0

    @property
    def safety(self) -> bool:
        return self.alert.kind in _SAFETY

    @property
    def headline(self) -> str:
        return self._marked(self.text.headline)

    @property
    def description(self) -> str:
        return self._marked(self.text.description)

    @property
    def instruction(self) -> str:
        return self._marked(self.text.instruction)

    @property
    def correction(self) -> str:
        """What was wrong and what is right; empty where nothing was."""
        note = self.alert.correction.get(self.text.language, "")
        return self._marked(f"{spoken(self.text.language).turns['【訂正】']} {note}") if note else ""

    def here(self, code: str) -> bool:
        """Whether it concerns the district."""
        return self.districts is None or code in self.districts

    def of_kind(self, topic: str) -> bool:
        """Whether somebody who wants this topic wants it: what belongs to no topic concerns everybody."""
        in_none = not any(self.alert.kind in kinds for kinds in TOPICS.values())
        return not topic or in_none or self.alert.kind in TOPICS[topic]

    def _marked(self, text: str) -> str:
        return mark(text, self.alert.status, self.text.language)


def level_names(now: datetime) -> LevelNames:
    """What the law calls the levels now."""
    return names_at(of_catalog(), now)


async def items(connection: AsyncConnection, context: WebContext, language: str) -> list[Item]:
    """Every alert in force that everybody may see, the gravest first."""
    now = context.now()
    rows = (await connection.execute(visible(Viewer.everyone(context), now))).mappings()
    alerts = sorted((from_json(Alert, row["body"]) for row in rows), key=gravest_first)
    return [item(alert, context, language) for alert in alerts]


def item(alert: Alert, context: WebContext, language: str) -> Item:
    """One of them."""
    order, law = is_order(alert), level_names(context.now())
    label = "" if alert.ends else law.label(alert.level, alert.alert_level, language)
    if order and alert.level in law.of(language).orders:
        label = law.of(language).orders[alert.level]
    joint = spoken(language).joint
    return Item(
        alert=alert,
        language=language,
        text=text_in(alert, language),
        label=label,
        order=order,
        counts=counts(alert, context),
        districts=where(alert, context.ground.areas),
        places=joint.join(names(alert.places, language)),
        lifted=joint.join(names(alert.lifted, language)),
    )


def text_in(alert: Alert, language: str) -> Text:
    """Its words in the language; for want of them plain Japanese is told in Japanese, the others in English."""
    otherwise = ("ja",) if language == "ja-x-easy" else ("en", "ja")
    return next(alert.texts[tag] for tag in (language, *otherwise, "ja") if tag in alert.texts)


def where(alert: Alert, areas: Areas) -> frozenset[str] | None:
    """The districts in which it holds, of a correction too: whatever it corrects holds in all of them."""
    return districts_of(replace(alert, lifted=(), concerns=()), areas)


def order_label(level: int, context: WebContext, language: str) -> str:
    """「警戒レベル4 避難指示」."""
    return word("order", language, n=level, called=level_names(context.now()).of(language).orders[level])


def joined(found: Sequence[str], language: str) -> str:
    """Names in the order in which they first came, each once."""
    return spoken(language).joint.join(dict.fromkeys(found))
