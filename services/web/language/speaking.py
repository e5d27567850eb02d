"""Saying a sentence in the language of whoever asks. The middleware of ``choice`` sets it for each request."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from markupsafe import Markup, escape

from services.web.language.catalogue import catalogue, filled

LANGUAGES = {"ja": "日本語", "en": "English"}  # by what each calls itself
_SPOKEN: ContextVar[str] = ContextVar("spoken", default="ja")


def speak(language: str) -> None:
    """From here on, in this request."""
    _SPOKEN.set(language if language in LANGUAGES else "ja")


def spoken() -> str:
    """The tag of the language of this request."""
    return _SPOKEN.get()


def _(sentence: str, /, **values: object) -> str:
    """The sentence with its gaps filled, as plain text. ``n`` counts: 「{n}件」 has an English for one and for many."""
    return filled(catalogue(spoken()).say(sentence, values), values)


def N_(sentence: str) -> str:  # noqa: N802 - as gettext calls it
    """Marks a sentence that stands in a table: it is found for the catalogue, and said where it is shown."""
    return sentence


def in_page(sentence: str, /, **values: object) -> str:
    """What templates call ``_``. Values are escaped; a sentence of the catalogue may have tags, another text never."""
    return _of(spoken(), sentence, values)


def _of(language: str, sentence: str, values: Mapping[str, object]) -> str:
    found = catalogue(language).say(sentence, values)
    trusted = "<" in found and sentence in catalogue("en").forms
    if not trusted and not any(hasattr(value, "__html__") for value in values.values()):
        return filled(found, values)
    frame = found if trusted else str(escape(found))
    return Markup(filled(frame, {name: escape(value) for name, value in values.items()}))  # noqa: S704 - ours


def both(thing: str | tuple[str, str], look: str = "en", /, **values: object) -> str:
    """A heading with its English beside it; in English the English alone. ``look`` is the class of what is beside."""
    if isinstance(thing, tuple):
        japanese, beside = thing
    else:
        japanese, beside = in_page(thing, **values), _of("en", thing, values)
    if spoken() != "ja":
        return beside
    dress = Markup(' class="{}"').format(look) if look else ""
    return Markup('{} <span{} lang="en">{}</span>').format(japanese, dress, beside)


def own(thing: Any) -> str:
    """The half that this reader has, of what has two: (ja, en), {ja, en}, .ja and .en, or 「日本語 / English」."""
    if hasattr(thing, "ja"):  # choices among them, which are str, too
        japanese, english = thing.ja, getattr(thing, "en", "")
    elif isinstance(thing, tuple):
        japanese, english = thing
    elif isinstance(thing, dict):
        japanese, english = thing["ja"], thing.get("en", "")
    else:
        japanese, _bar, english = str(thing).partition(" / ")
    return str(japanese) if spoken() == "ja" else str(english or _(str(japanese)))


def half(thing: Any, name: str) -> str:
    """``name_ja`` or ``name_en`` of something; where it has no English, what the catalogue has for the Japanese."""
    found = thing if isinstance(thing, dict) else {key: getattr(thing, key, "") for key in (f"{name}_ja", f"{name}_en")}
    japanese = found[f"{name}_ja"]
    return str(japanese if spoken() == "ja" else found.get(f"{name}_en") or _(japanese))


def headline(alert: Any) -> str:
    """An alert's headline in the reader's language where it has one, else in Japanese."""
    texts = alert.texts
    return str(texts.get(spoken(), texts["ja"]).headline)
