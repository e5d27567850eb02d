"""Addresses that readers can follow, and files that are what they are said to be."""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from feeds.cap.lint.blocks import of_blocks
from feeds.cap.lint.finding import Finding, found
from feeds.cap.tree import words_of

_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_SIZE = re.compile(r"\+?\d{1,18}", re.ASCII)
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;.*)?", re.ASCII)
_INSIDE = (".local", ".localdomain", ".internal", ".lan", ".invalid", ".test")


def link_findings(root: etree._Element) -> Iterator[Finding]:
    """Faults of ``web`` and of resources."""
    for info, web in of_blocks(root, "web"):
        address = words_of(info, "web")
        scheme = _scheme(address)
        if address and not scheme:
            yield found("relative_uri", web, "web is not a full address", "begin it with https://")
        elif scheme and scheme not in ("http", "https"):
            yield found("web_scheme", web, f"web begins with {scheme[:20]}:, which no page does", "use https://")
        elif _is_inside(address):
            yield found("private_address", web, "nobody outside can open this address", "give a public one")
    for _info, resource in of_blocks(root, "resource"):
        yield from _address(resource)
        yield from _content(resource)


def _address(resource: etree._Element) -> Iterator[Finding]:
    uri, inside, mime = words_of(resource, "uri"), words_of(resource, "derefUri"), words_of(resource, "mimeType")
    if mime and not _MIME.fullmatch(mime):
        yield found("bad_mime", resource, f"{mime[:40]!r} is no media type", "write type/subtype, as in image/png")
    if not uri and not inside:
        message = "a resource without address and content: nobody can get it"
        yield found("empty_resource", resource, message, "give its uri")
    elif uri and not _scheme(uri) and not inside:
        message = "the address of the resource is not complete and its content is not here"
        yield found("relative_uri", resource, message, "begin it with https://")
    elif _is_inside(uri):
        yield found("private_address", resource, "nobody outside can fetch this resource", "give a public address")


def _content(resource: etree._Element) -> Iterator[Finding]:
    size, digest, inside = (words_of(resource, name) for name in ("size", "digest", "derefUri"))
    if digest and not _SHA1.fullmatch(digest):
        yield found("bad_digest", resource, "digest is not a SHA-1 in hexadecimal", "write 40 digits")
    if size.startswith("-"):
        yield found("other_size", resource, "the size is below zero", "write the number of bytes")
    if not inside:
        return
    try:
        content = base64.b64decode("".join(inside.split()), validate=True)
    except (binascii.Error, ValueError):
        yield found("bad_content", resource, "derefUri is not base64", "encode the content, or use uri")
        return
    if _SIZE.fullmatch(size) and int(size) != len(content):
        yield found("other_size", resource, f"the content has {len(content)} bytes", "write that number")
    told = hashlib.sha1(content, usedforsecurity=False).hexdigest()  # what the standard asks for
    if _SHA1.fullmatch(digest) and digest.lower() != told:
        yield found("other_digest", resource, f"the SHA-1 of the content is {told}", "send the content it is of")


def _scheme(uri: str) -> str:
    try:
        return urlsplit(uri).scheme
    except ValueError:
        return ""


def _is_inside(uri: str) -> bool:
    """True for an address that names this machine or a private network."""
    try:
        host = (urlsplit(uri).hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(_INSIDE)
