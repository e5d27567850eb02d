"""The SOAP 1.1 call ``publish``: a document in an envelope with a token, and what the node's answer means."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from pydantic import SecretStr

from feeds.records import Rejected
from feeds.safe_xml import read_xml

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_COMMONS = "http://soap.publiccommons.ne.jp/"
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_WSSE, _WSU = f"{_WSS}-wssecurity-secext-1.0.xsd", f"{_WSS}-wssecurity-utility-1.0.xsd"
_DIGEST = f"{_WSS}-username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_WSS}-soap-message-security-1.0#Base64Binary"


@dataclass(frozen=True, slots=True)
class Reply:
    """``code`` 0: taken. ``fault``: the words of a SOAP fault, ``theirs`` where it is the node's own trouble."""

    code: int | None = None
    words: str = ""
    fault: str = ""
    theirs: bool = False


def envelope(document: bytes, user: str, password: SecretStr, now: datetime) -> bytes:
    """The call. The token is fresh at every attempt; the document is as it was stored."""
    root = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"S": _SOAP})
    _sign(etree.SubElement(root, f"{{{_SOAP}}}Header"), user, password, now)
    body = etree.SubElement(root, f"{{{_SOAP}}}Body")
    publish = etree.SubElement(body, f"{{{_COMMONS}}}publish", nsmap={"pcsoap": _COMMONS})
    message = etree.SubElement(publish, f"{{{_COMMONS}}}message")
    message.append(etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def reply(body: str) -> Reply | None:
    """What the node says; None where it is no answer of a node."""
    root = read_xml(body.encode())
    if isinstance(root, Rejected):
        return None
    fault = root.find(f"{{{_SOAP}}}Body/{{{_SOAP}}}Fault")
    if fault is not None:
        words = (fault.findtext("faultstring") or "a fault without words").strip()
        blamed = (fault.findtext("faultcode") or "").rpartition(":")[2].partition(".")[0]
        return Reply(fault=words, theirs=blamed.strip() == "Server")
    answer = root.find("{*}Body/{*}publishResponse/{*}processResponse")
    code = (answer.findtext("{*}code") or "").strip() if answer is not None else ""
    if answer is None or not code.lstrip("-").isdecimal() or len(code) > 9:
        return None
    return Reply(code=int(code), words=" ".join((answer.findtext("{*}result") or "").split()))


def _sign(header: etree._Element, user: str, password: SecretStr, now: datetime) -> None:
    """UsernameToken with PasswordDigest: Base64(SHA-1(nonce ‖ created ‖ password)), as the node prescribes."""
    nonce, created = secrets.token_bytes(16), now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    secret = password.get_secret_value().encode()
    digest = hashlib.sha1(nonce + created.encode() + secret).digest()  # noqa: S324 - prescribed; the line is TLS
    security = etree.SubElement(header, f"{{{_WSSE}}}Security", nsmap={"wsse": _WSSE, "wsu": _WSU})
    token = etree.SubElement(security, f"{{{_WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{_WSSE}}}Username").text = user
    shown = etree.SubElement(token, f"{{{_WSSE}}}Password", Type=_DIGEST)
    shown.text = base64.b64encode(digest).decode()
    etree.SubElement(token, f"{{{_WSSE}}}Nonce", EncodingType=_BASE64).text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{_WSU}}}Created").text = created
