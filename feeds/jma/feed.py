"""The feed of JMA telegrams: from hub/v1/GATEWAY/telegram, from files, from a poller."""

from __future__ import annotations

import re
from dataclasses import fields

from feeds.jma.content import Content
from feeds.jma.frame import BadTelegram, Frame, read_frame
from feeds.jma.snow_ahead import snow_ahead
from feeds.jma.types import is_read, type_of_title
from feeds.jma.untyped import untyped, warns
from feeds.records import Decoded, Message, Rejected, Telegram
from feeds.safe_xml import read_xml
from feeds.topics import hub_topic

_CODE = re.compile(r"(?<![A-Z])V[A-Z]{3}(?:[0-9]{2}|ii)(?![A-Za-z0-9])")
_TITLE = "/Report/Control/Title"
_KEY_AT_MOST, _SUBJECT_AT_MOST = 512, 256  # characters that a store can be asked to hold
_FILE = re.compile(r"[0-9]{14}_[0-9]+_[A-Z0-9]{6}_[A-Za-z0-9]+\.xml")


def telegram_code(name: str) -> str | None:
    """The type code in a file name or topic (…_VPWW56.xml → VPWW56), None where it has none: XML never tells it."""
    found = _CODE.findall(name)
    return found[-1] if found else None


class Jma:
    """気象庁防災情報XML. ``telegram`` needs a grant of its own at the broker, so that no gateway can forge one."""

    filters: tuple[str, ...] = ()
    name = "jma"

    def accepts(self, topic: str) -> bool:
        """Relayed telegrams, and the file names of those that were fetched, which no gateway can use as a topic."""
        if _FILE.fullmatch(topic):
            return True
        place = hub_topic(topic)
        return not isinstance(place, Rejected) and place.kind == "telegram"

    def decode(self, message: Message) -> Decoded:
        """One Telegram, or one Rejected: hostile or broken XML, another format, an unknown Status.

        Both for a type that has no reader and warns of something: what can be told of it, and that people must look.
        """
        root = read_xml(message.payload)
        if isinstance(root, Rejected):
            return Decoded(rejected=(root,))
        try:
            frame = read_frame(root)
            code = telegram_code(message.topic)
            kind = type_of_title(frame.title, code)
            if kind is None and code and is_read(code):  # under that code it would replace what it is not
                raise BadTelegram("unsupported_telegram", f"{code} is not titled {frame.title!r}", _TITLE)
            content = kind.read(frame, kind.hazard) if kind else untyped(frame)
            telegram = _telegram(frame, content, code or (kind.code if kind else None), message)
            if len(telegram.key) > _KEY_AT_MOST or len(telegram.subject) > _SUBJECT_AT_MOST:
                raise BadTelegram("bad_telegram", "office, event or serial are too long to be true", "/Report/Head")
            unread = (_unread(frame),) if kind is None and warns(frame, content) else ()
            return Decoded(records=(telegram,), rejected=unread)
        except BadTelegram as bad:
            return Decoded(rejected=(bad.rejected,))


def _unread(frame: Frame) -> Rejected:
    return Rejected(
        code="unsupported_telegram",
        message=f"telegrams titled {frame.title!r} have no reader: only their frame is told, and no model sees them",
        at=_TITLE,
    )


def _telegram(frame: Frame, content: Content, code: str | None, message: Message) -> Telegram:
    told = {field.name: getattr(content, field.name) for field in fields(Content)}
    return Telegram(
        feed="jma",
        telegram=code,
        control_title=frame.title,
        control_status=frame.control_status,
        control_datetime=frame.control_datetime,
        editorial_office=frame.editorial_office,
        publishing_office=frame.publishing_office,
        head_title=frame.head_title,
        report_datetime=frame.report_datetime,
        target_datetime=frame.target_datetime,
        valid_datetime=frame.valid_datetime,
        event_id=frame.event_id,
        serial=frame.serial,
        info_type=frame.info_type,
        info_kind=frame.info_kind,
        info_kind_version=frame.info_kind_version,
        headline=frame.headline,
        status=frame.status,
        measured_at=frame.reported_at,
        gateway=_gateway(message),
        snow_ahead=snow_ahead(frame),
        **told | {"areas": tuple(dict.fromkeys(content.areas))},  # a block that came twice tells nothing new
    )


def _gateway(message: Message) -> str:
    place = hub_topic(message.topic)
    return message.gateway if isinstance(place, Rejected) else place.gateway
