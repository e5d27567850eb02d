"""What the account says: Japanese, and English below it. No name of a person is ever in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LABEL, _TEXT, _BUTTONS = 20, 4800, 13  # LINE: characters of a button, of a message (5,000), buttons of one


@dataclass(frozen=True, slots=True)
class Button:
    """``data`` is what comes back; empty: the telephone's own way to show a place."""

    label: str
    data: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """One message with the buttons below it."""

    text: str
    buttons: tuple[Button, ...] = ()


PLACE, SEND, STOP = Button("場所を送る"), Button("送る / Send", "do=send"), Button("やめる / Stop", "do=stop")
SNOW, BACK = Button("除雪・雪道 / Snow", "list=snow"), Button("もどる / Back", "list=all")
KIND = (
    "何を知らせますか。下のボタンで選んでください。危険が迫っているときは、先に110番・119番へ。\n"
    "What is it about? Choose below. In danger, call 110 or 119 first."
)
WHERE = (
    "場所を教えてください。「場所を送る」を押すか、住所・目印を書いてください。\n"
    "Where is it? Press the button, or write an address or landmark."
)
MORE = (
    "受け取りました。様子を書くか写真を送ってください（なくてもかまいません）。よければ「送る」を押してください。\n"
    "Taken. Write more or send a photo if you like, then press Send."
)
WORDS = "どんな様子か、書いてください。\nPlease write what it is like."
STOPPED = "取りやめました。何も送られていません。\nStopped. Nothing was sent."
NOTHING = "文字・写真・位置情報で教えてください。\nPlease use words, a photo or a location."
ENOUGH = "写真は3枚までです。\nThree photos at most."
BAD_PHOTO = (
    "写真を受け取れませんでした（JPEG・PNG・WebP、8MBまで）。写真なしでも送れます。\n"
    "The photo could not be taken (JPEG, PNG, WebP, up to 8 MB). It works without one."
)
LONG = "長すぎます。短く書いてください。\nToo long; please write less."


def messages(says: Sequence[Say], mark: str) -> list[dict[str, Any]]:
    """As LINE takes them; ``mark`` of a drill stands before each text."""
    return [_message(say, mark) for say in says[:5]]


def _message(say: Say, mark: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "text", "text": f"{mark}{say.text}"[:_TEXT]}
    if say.buttons:
        found["quickReply"] = {"items": [_button(one) for one in say.buttons[:_BUTTONS]]}
    return found


def _button(one: Button) -> dict[str, Any]:
    label = one.label[:_LABEL]
    action = {"type": "postback", "label": label, "data": one.data, "displayText": label}
    return {"type": "action", "action": action if one.data else {"type": "location", "label": label}}
