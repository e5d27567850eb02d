"""What the standard asks of a whole message beyond its schema: names, references, who may read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from feeds.cap.lint.blocks import moment, of_blocks
from feeds.cap.lint.finding import Finding, found
from feeds.cap.read import references_of
from feeds.cap.tree import child_of, words_of
from feeds.cap.xml import text_of

_SPEAK_OF_EARLIER = ("Update", "Cancel", "Ack", "Error")
_WORLDWIDE = re.compile(r"urn:.+|[^.@]+(\.[^.@]+)+|[^@]+@[^.@]+(\.[^.@]+)+", re.IGNORECASE)
# How headlines say that nothing has happened, in the languages we can tell; and what no real one says.
_MARKED = re.compile(r"test|exercise|drill|simulat|訓練|試験|テスト|演習", re.IGNORECASE)
_CALLED_A_DRILL = re.compile(
    r"【(訓練|試験|テスト)】|\[(test|exercise|drill)\]|this is (only )?a(n)? (test|exercise|drill)", re.I
)
_MARK_KNOWN_IN = ("ja", "en")


def alert_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of the alert element and its simple children."""
    yield from _names(root)
    yield from _references(root)
    yield from _audience(root)
    yield from _quotes(root)
    yield from _notes(root)
    yield from _drills(root)


def _names(root: etree._Element) -> Iterator[Finding]:
    for name in ("identifier", "sender"):
        element = child_of(root, name)
        if element is None:
            continue
        text = text_of(element).strip()
        if not text:
            yield found("empty_name", element, f"{name} is empty", "every message needs a name of its own")
        elif set(text) & set(" ,<&\t\r\n"):
            message = f"{name} holds a space, a comma, < or &"
            yield found("bad_name", element, message, "use letters, digits, dots and hyphens")
        elif name == "sender" and not _WORLDWIDE.fullmatch(text):
            message = f"{text[:40]!r} may be somebody else's name too"
            yield found("sender_form", element, message, "use a domain or mail address of the sender")


def _references(root: etree._Element) -> Iterator[Finding]:
    element, kind = child_of(root, "references"), words_of(root, "msgType")
    told = list(references_of(words_of(root, "references")))
    triplets = [one for one in told if not isinstance(one, str)]
    if kind in _SPEAK_OF_EARLIER and not triplets:
        message = f"{kind} without references: nobody can tell which message it speaks of"
        fix = "name every earlier message as sender,identifier,sent"
        yield found("no_references", root if element is None else element, message, fix)
    if element is None:
        return
    if kind == "Alert" and triplets and words_of(root, "status") != "System":  # heartbeats list what went out
        message = "a first Alert refers to earlier messages: it replaces none of them"
        yield found("alert_with_references", element, message, "write Update, or leave the references out")
    sender, identifier, own = words_of(root, "sender"), words_of(root, "identifier"), moment(root, "sent")
    seen = set()
    for one in told:
        if isinstance(one, str):
            message = f"{one[:80]!r} is not sender,identifier,sent"
            yield found("bad_reference", element, message, "write the triplet of the earlier message")
            continue
        itself = (one.sender, one.identifier) == (sender, identifier)
        if itself or (own is not None and one.sent > own):
            which = "itself" if itself else "a later message"
            yield found("impossible_reference", element, f"the message refers to {which}", "refer to earlier messages")
        if one in seen:
            yield found("repeated_reference", element, f"{one.identifier[:80]} is named twice", "name it once")
        elif one.sender != sender and kind not in ("Ack", "Error"):  # these answer what others sent
            message = f"it refers to a message of {one.sender[:80]}: receivers may not let it"
            yield found("foreign_reference", element, message, "leave it to that sender, if you can")
        seen.add(one)


def _audience(root: etree._Element) -> Iterator[Finding]:
    scope, status = words_of(root, "scope"), words_of(root, "status")
    for wanted, name in (("Restricted", "restriction"), ("Private", "addresses")):
        if scope == wanted and not words_of(root, name):
            message = f"scope {wanted} without {name}"
            yield found(f"no_{name}", root, message, f"say in {name} who may have it")
    restriction = child_of(root, "restriction")
    if restriction is not None and text_of(restriction).strip() and scope in ("Public", "Private"):
        message = f"a restriction with scope {scope}: receivers take no notice of it"
        yield found("needless_restriction", restriction, message, "write scope Restricted, or leave it out")
    if scope and status and (status, scope) != ("Actual", "Public"):
        message = f"status {status}, scope {scope}: this message must not reach the public"
        yield found("not_public", root, message, "nothing to do if that is meant")


def _quotes(root: etree._Element) -> Iterator[Finding]:
    for name in ("addresses", "incidents"):
        element = child_of(root, name)
        if element is not None and text_of(element).count('"') % 2:
            message = f'{name} holds a " that is never closed'
            yield found("open_quote", element, message, "put names with spaces between two quotes")


def _notes(root: etree._Element) -> Iterator[Finding]:
    kind, infos = words_of(root, "msgType"), child_of(root, "info")
    if infos is None and kind in ("Alert", "Update") and words_of(root, "status") != "System":
        message = f"an {kind} without info says nothing"
        yield found("no_info", root, message, "add an info block with event, urgency, severity and certainty")
    if words_of(root, "note"):
        return
    if words_of(root, "status") == "Exercise":
        yield found("no_note", root, "an exercise should be named in note", "add a note with its name")
    if kind == "Error":
        yield found("no_note", root, "an Error should say its reason in note", "add a note")
    if kind == "Cancel" and infos is None:
        message = "the Cancel does not say why, nor what holds now"
        yield found("silent_cancel", root, message, "add a note or an info block")


def _drills(root: etree._Element) -> Iterator[Finding]:
    status, public = words_of(root, "status"), words_of(root, "scope") == "Public"
    for info, headline in of_blocks(root, "headline"):
        text, language = text_of(headline), words_of(info, "language").lower() or "en"
        if status in ("Exercise", "Test") and public and language.startswith(_MARK_KNOWN_IN):
            if text.strip() and not _MARKED.search(text):
                message = f"a public {status} whose headline does not say so: who sees it takes it as real"
                yield found("unmarked_drill", headline, message, "mark it, as in 【訓練】 or [EXERCISE]")
        elif status == "Actual" and _CALLED_A_DRILL.search(text):
            message = "the headline calls an Actual message an exercise or a test"
            yield found("marked_actual", headline, message, "set the status, or take the mark away")
