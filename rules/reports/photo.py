"""What a picture shows of itself: signs that a person weighs. Each is a plain fact with a name, and none is a verdict.

A photo is never proof, and a sign against it is no proof either: pictures lose their camera's data in every messenger,
and anybody can write data into a file. What is compared here is thrown away; only which signs there were is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians

TIME_APART = timedelta(hours=2)  # working assumptions, as what follows
PLACE_APART_M = 1000.0
ALIKE = 10  # of 64 bits: copies differed by 7 at most, strangers by 13 at least (docs/reports.md)
_DEGREE_M = 111_320.0
# What screens of phones show when they are copied; either way up.
_SCREENS = frozenset(
    {(720, 1280), (750, 1334), (828, 1792), (1080, 1920), (1080, 2160), (1080, 2280), (1080, 2340), (1080, 2400)}
    | {(1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2208), (1242, 2688), (1284, 2778)}
    | {(1290, 2796), (1320, 2868), (1344, 2992), (1440, 2560), (1440, 3120), (1440, 3200)}
)


class Sign(StrEnum):
    """A fact about one picture. The value is what programs are told."""

    SAME_FILE = "same_file"
    LOOKS_ALIKE = "looks_alike"
    MIRRORED = "mirrored"
    SAYS_AI = "says_ai"
    CREDENTIALS = "credentials"
    SOFTWARE = "software"
    SCREEN = "screen"
    NO_CAMERA = "no_camera"
    CAMERA = "camera"
    TIME_APART = "time_apart"
    TIME_NEAR = "time_near"
    PLACE_APART = "place_apart"
    PLACE_NEAR = "place_near"

    @property
    def ja(self) -> str:
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        return _WORDS[self][1]

    @property
    def asks(self) -> bool:
        """True where it asks for a closer look; the others only tell."""
        return self in _ASK


_WORDS = {
    Sign.SAME_FILE: ("同じファイルが、別の通報でも届いています", "the very same file came with another report"),
    Sign.LOOKS_ALIKE: ("別の通報の写真と、見た目がほとんど同じです", "looks like one of another report"),
    Sign.MIRRORED: (
        "別の通報の写真を左右逆にしたものと、ほとんど同じです",
        "like one of another report, mirrored",
    ),
    Sign.SAYS_AI: (
        "ファイル自身が「AIで作った・加えた」と記しています",
        "says of itself that AI made it",
    ),
    Sign.CREDENTIALS: (
        "来歴の記録（C2PA）が付いています。中身は確かめていません",
        "C2PA credentials, not verified",
    ),
    Sign.SOFTWARE: ("画像ソフトで保存した記録があります", "was saved by picture software"),
    Sign.SCREEN: ("画面と同じ大きさです（画面の写しかもしれません）", "has the size of a phone's screen"),
    Sign.NO_CAMERA: (
        "撮影した機器の記録がありません（SNSを通した写真も同じです）",
        "no camera data, as after messengers",
    ),
    Sign.CAMERA: ("撮影した機器の記録があります（書き換えられます）", "has camera data, which can be forged"),
    Sign.TIME_APART: (
        "撮影時刻の記録が、通報の時刻と2時間より離れています",
        "taken over 2 hours from the told time",
    ),
    Sign.TIME_NEAR: ("撮影時刻の記録が、通報の時刻と合います", "taken near the told time"),
    Sign.PLACE_APART: (
        "撮影地点の記録が、通報の場所と1 kmより離れています",
        "taken over 1 km from the told place",
    ),
    Sign.PLACE_NEAR: ("撮影地点の記録が、通報の場所と合います", "taken near the told place"),
}
_ASK = frozenset(
    {Sign.SAME_FILE, Sign.LOOKS_ALIKE, Sign.MIRRORED, Sign.SAYS_AI, Sign.TIME_APART, Sign.PLACE_APART, Sign.SCREEN}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What stood in the file as it was sent. Held for as long as it takes to compare, and never stored."""

    width: int = 0
    height: int = 0
    camera: bool = False
    software: bool = False
    says_ai: bool = False
    credentials: bool = False
    taken_at: datetime | None = None
    position: tuple[float, float] | None = None  # lon, lat


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a picture looks: hashes of 64 bits of the whole, its inner 90 and 80 %, and the whole mirrored."""

    whole: int
    inner: tuple[int, int]
    mirrored: int

    @property
    def text(self) -> str:
        """64 hexadecimal digits."""
        return "".join(f"{one:016x}" for one in (self.whole, *self.inner, self.mirrored))

    @classmethod
    def of(cls, text: str) -> Look:
        """What :attr:`text` gave."""
        whole, near, far, mirrored = (int(text[place : place + 16], 16) for place in (0, 16, 32, 48))
        return cls(whole=whole, inner=(near, far), mirrored=mirrored)


def signs_of(one: Original, seen_at: datetime, lon: float | None, lat: float | None) -> tuple[Sign, ...]:
    """What the file itself shows, beside the time and place that its sender told."""
    found = [
        (Sign.SAYS_AI, one.says_ai),
        (Sign.CREDENTIALS, one.credentials),
        (Sign.SOFTWARE, one.software),
        (Sign.SCREEN, not one.camera and tuple(sorted((one.width, one.height))) in _SCREENS),
        (Sign.CAMERA if one.camera else Sign.NO_CAMERA, True),
    ]
    if one.taken_at is not None:
        apart = abs(one.taken_at - seen_at) > TIME_APART
        found.append((Sign.TIME_APART if apart else Sign.TIME_NEAR, True))
    if one.position is not None and lon is not None and lat is not None:
        far = _metres(one.position, (lon, lat)) > PLACE_APART_M
        found.append((Sign.PLACE_APART if far else Sign.PLACE_NEAR, True))
    return tuple(sign for sign, there in found if there)


def likeness(one: Look, other: Look, alike: int = ALIKE) -> Sign | None:
    """LOOKS_ALIKE or MIRRORED where two pictures differ by ``alike`` bits of 64 at most, cropped by a tenth a side or
    not; None where they do not."""
    if _apart([one.whole], [other.whole, *other.inner]) <= alike or _apart(one.inner, [other.whole]) <= alike:
        return Sign.LOOKS_ALIKE
    turned = _apart([one.mirrored], [other.whole, *other.inner]), _apart(one.inner, [other.mirrored])
    return Sign.MIRRORED if min(turned) <= alike else None


def _apart(some: Iterable[int], others: Iterable[int]) -> int:
    known = tuple(others)
    return min((one ^ other).bit_count() for one in some for other in known)


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (one[0] - other[0]) * cos(radians((one[1] + other[1]) / 2))
    return hypot(east, one[1] - other[1]) * _DEGREE_M
