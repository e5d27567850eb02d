"""Every rule of the linter: its name, how bad its breach is, and what it asks. The one place for levels.

``error`` is kept for what the schema or a MUST of CAP 1.2 forbids, and for an Update, Cancel, Ack or Error without
references. What receivers stumble over is a ``warning``; what would make an alert better is an ``info``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Rule:
    """``asks`` is one clause that says what a document should be."""

    name: str
    level: Level
    asks: str


_READING = (
    Rule("empty", "error", "the document has content"),
    Rule("too_big", "error", "the document has 2 MiB at most"),
    Rule("encoding", "error", "the encoding is one in which markup reads as ASCII, best UTF-8"),
    Rule("doctype", "error", "there is no DOCTYPE, and with it no entity"),
    Rule("not_xml", "error", "the document is well-formed XML"),
    Rule("namespace", "error", "the root element is alert of CAP 1.2"),
)
_SCHEMA = (
    Rule("missing", "error", "every required element is there"),
    Rule("order", "error", "elements stand in the order of the schema"),
    Rule("repeated", "error", "an element stands no more often than the schema allows"),
    Rule("unknown_element", "error", "there are no elements beside those of the schema"),
    Rule("unknown_attribute", "error", "there are no attributes"),
    Rule("stray_text", "error", "there is no text between elements"),
    Rule("bad_value", "error", "words, times, numbers and addresses have the form of their type"),
)
_MESSAGE = (
    Rule("empty_name", "error", "identifier and sender are not empty"),
    Rule("bad_name", "error", "identifier and sender hold no space, comma, < or &"),
    Rule("sender_form", "info", "the sender is a name of the whole world: a domain, a mail address or a URN"),
    Rule("sent_ahead", "warning", "sent does not lie in the future"),
    Rule("no_references", "error", "Update, Cancel, Ack and Error name the messages they speak of"),
    Rule("bad_reference", "warning", "each reference is sender,identifier,sent"),
    Rule("impossible_reference", "warning", "no message refers to itself or to a later one"),
    Rule("repeated_reference", "warning", "no message is named twice in references"),
    Rule("foreign_reference", "info", "the messages referred to are the sender's own"),
    Rule("alert_with_references", "info", "what refers to earlier messages is no first Alert"),
    Rule("no_restriction", "error", "scope Restricted says in restriction for whom"),
    Rule("needless_restriction", "info", "restriction stands with scope Restricted only"),
    Rule("no_addresses", "error", "scope Private says in addresses for whom"),
    Rule("open_quote", "warning", "every quote in addresses and incidents is closed"),
    Rule("no_note", "warning", "an exercise is named, and an Error explained, in note"),
    Rule("not_public", "info", "only Actual and Public may reach the public; this is something else"),
    Rule("no_info", "warning", "Alert and Update have an info block"),
    Rule("silent_cancel", "info", "a Cancel says why, in note or info"),
    Rule("unmarked_drill", "warning", "the headline of a public exercise or test says that it is one"),
    Rule("marked_actual", "warning", "the headline of an Actual message does not call it an exercise or a test"),
)
_INFO = (
    Rule(
        "advised", "info", "language, expires, senderName, headline, description, instruction, web, contact are there"
    ),
    Rule("unknown_scale", "info", "urgency, severity and certainty are judged, not Unknown"),
    Rule("repeated_word", "info", "no category or responseType stands twice in a block"),
    Rule("response_conflict", "warning", "AllClear and None stand with no response that asks for protection"),
    Rule("all_clear_urgency", "info", "an AllClear has urgency Past"),
    Rule("repeated_value", "info", "no pair of valueName and value stands twice in a block or area"),
    Rule("expires_early", "warning", "expires does not lie before sent, effective or onset"),
    Rule("expired", "info", "expires does not lie in the past"),
    Rule("long_life", "info", "expires lies within 31 days of sent"),
    Rule("utc", "warning", "UTC is written -00:00"),
)
_TEXT = (
    Rule("empty_element", "warning", "no element is empty"),
    Rule("html", "warning", "text is plain, without HTML"),
    Rule("broken_text", "warning", "no character was lost in a change of encoding"),
    Rule("hidden_text", "warning", "text holds no characters that turn or hide what stands around them"),
    Rule("unfilled", "warning", "every blank of a template is filled in"),
    Rule("relative_time", "info", "days are told by their date, not as today or tomorrow"),
    Rule("long_headline", "info", "a headline has 160 characters at most"),
    Rule("same_text", "warning", "description and instruction differ"),
    Rule("wrong_language", "warning", "Japanese text is called Japanese"),
    Rule("untranslated", "warning", "no text stands under two languages"),
    Rule("private_first", "info", "a private language tag comes after the plain one of its language"),
)
_LANGUAGES = (
    Rule("languages_differ", "warning", "all languages agree on urgency, severity and certainty"),
    Rule("language_times", "warning", "all languages agree on effective, onset and expires"),
    Rule("language_codes", "warning", "all languages agree on category, responseType and eventCode"),
    Rule("language_areas", "warning", "all languages agree on shapes and geocodes"),
    Rule("repeated_block", "warning", "no two blocks of one language say the same of the same area"),
)
_LINKS = (
    Rule("relative_uri", "warning", "addresses are complete"),
    Rule("web_scheme", "warning", "web begins with https:// or http://"),
    Rule("private_address", "warning", "addresses can be reached from outside the sender's network"),
    Rule("bad_mime", "warning", "mimeType is type/subtype"),
    Rule("empty_resource", "warning", "a resource has an address or its content"),
    Rule("bad_content", "warning", "derefUri is base64"),
    Rule("other_size", "warning", "size is that of the content"),
    Rule("bad_digest", "warning", "digest is a SHA-1 in hexadecimal"),
    Rule("other_digest", "warning", "digest is that of the content"),
)
_AREAS = (
    Rule("no_area", "warning", "every block has an area"),
    Rule("words_only", "warning", "an area is told by a shape or a code, not by words only"),
    Rule("no_shape", "info", "a shape stands beside geocodes"),
    Rule("repeated_area", "info", "no area of a block is described twice"),
    Rule("bad_polygon", "error", "a polygon is latitude,longitude pairs between spaces, latitude first"),
    Rule("open_polygon", "error", "a polygon has four points or more, the last like the first"),
    Rule("crossed_polygon", "warning", "a polygon does not cross itself and has an area"),
    Rule("brackets", "warning", "coordinates stand without brackets"),
    Rule("many_points", "info", "a polygon has 100 points at most"),
    Rule("repeated_point", "info", "no point of a polygon stands twice in a row"),
    Rule("zero_point", "warning", "no shape touches latitude 0, longitude 0"),
    Rule("huge_polygon", "warning", "a polygon spans less than 40 degrees north to south and 90 west to east"),
    Rule("date_line", "warning", "no longitude lies beyond 180 degrees"),
    Rule("bad_circle", "error", "a circle is latitude,longitude, a space and a radius"),
    Rule("empty_circle", "warning", "a circle has a radius above 0"),
    Rule("huge_circle", "warning", "a radius is in kilometres and under 1,000"),
    Rule("bad_geocode", "warning", "codes of known systems have their form"),
    Rule("no_altitude", "error", "a ceiling has an altitude"),
    Rule("low_ceiling", "warning", "a ceiling lies above its altitude"),
)
_SIGNATURES = (
    Rule("signature_digest", "error", "the document is the one that was signed"),
    Rule("signature_value", "error", "the signature is of the key of its certificate"),
    Rule("signature_not_verified", "warning", "the signer is known and has been verified"),
    Rule("signature_verified", "info", "the signer is known and has been verified: so it is here"),
    Rule("signature_unusual", "warning", "a signature is enveloped and covers the whole document"),
    Rule("signature_sha1", "warning", "a signature does not rest on SHA-1"),
    Rule("signature_no_certificate", "warning", "a signature brings its certificate"),
    Rule("signature_certificate", "warning", "the certificate can be read"),
    Rule("signature_expired", "warning", "the certificate is valid at the time asked for"),
)
GROUPS: Mapping[str, tuple[Rule, ...]] = {
    "Before reading": _READING,
    "Schema": _SCHEMA,
    "Message": _MESSAGE,
    "Info": _INFO,
    "Text": _TEXT,
    "Languages": _LANGUAGES,
    "Links and resources": _LINKS,
    "Areas": _AREAS,
    "Signatures": _SIGNATURES,
}
RULES: Mapping[str, Rule] = {rule.name: rule for group in GROUPS.values() for rule in group}
