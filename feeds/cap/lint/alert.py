"""What the standard asks of a whole message beyond its schema: names, references, who may read it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.cap.lint.finding import Finding, found
from feeds.cap.read import moment_of, references_of
from feeds.cap.schema import is_time
from feeds.cap.tree import child_of, words_of
from feeds.cap.xml import text_of

_SPEAK_OF_EARLIER = ("Update", "Cancel", "Ack", "Error")


def alert_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of the alert element and its simple children."""
    yield from _names(root)
    yield from _references(root)
    yield from _audience(root)
    yield from _notes(root)


def _names(root: etree._Element) -> Iterator[Finding]:
    for name in ("identifier", "sender"):
        element = child_of(root, name)
        if element is None:
            continue
        text = text_of(element).strip()
        if not text:
            yield found("error", "empty_name", element, f"{name} is empty", "every message needs a name of its own")
        elif set(text) & set(" ,<&\t\r\n"):
            message = f"{name} holds a space, a comma, < or &"
            yield found("error", "bad_name", element, message, "use letters, digits, dots and hyphens")


def _references(root: etree._Element) -> Iterator[Finding]:
    element, kind = child_of(root, "references"), words_of(root, "msgType")
    told = list(references_of(words_of(root, "references")))
    triplets = [one for one in told if not isinstance(one, str)]
    if kind in _SPEAK_OF_EARLIER and not triplets:
        message = f"{kind} without references: nobody can tell which message it speaks of"
        fix = "name every earlier message as sender,identifier,sent"
        yield found("error", "no_references", root if element is None else element, message, fix)
    if element is None:
        return
    for one in told:
        if isinstance(one, str):
            message = f"{one[:80]!r} is not sender,identifier,sent"
            yield found("warning", "bad_reference", element, message, "write the triplet of the earlier message")
    sent = words_of(root, "sent")
    own = moment_of(sent) if is_time(sent) else None
    for triplet in triplets:
        itself = (triplet.sender, triplet.identifier) == (words_of(root, "sender"), words_of(root, "identifier"))
        if itself or (own is not None and triplet.sent > own):
            which = "itself" if itself else "a later message"
            fix = "refer to earlier messages only"
            yield found("warning", "impossible_reference", element, f"the message refers to {which}", fix)


def _audience(root: etree._Element) -> Iterator[Finding]:
    scope, status = words_of(root, "scope"), words_of(root, "status")
    for wanted, name in (("Restricted", "restriction"), ("Private", "addresses")):
        if scope == wanted and not words_of(root, name):
            message = f"scope {wanted} without {name}"
            yield found("error", f"no_{name}", root, message, f"say in {name} who may have it")
    if scope and status and (status, scope) != ("Actual", "Public"):
        message = f"status {status}, scope {scope}: this message must not reach the public"
        yield found("info", "not_public", root, message, "nothing to do if that is meant")


def _notes(root: etree._Element) -> Iterator[Finding]:
    if words_of(root, "note"):
        return
    if words_of(root, "status") == "Exercise":
        yield found("warning", "no_note", root, "an exercise should be named in note", "add a note with its name")
    if words_of(root, "msgType") == "Error":
        yield found("warning", "no_note", root, "an Error should say its reason in note", "add a note")
