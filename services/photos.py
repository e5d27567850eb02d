"""Photos from strangers: decoded and written anew, so that nothing but the picture survives.

No EXIF, no place, no comment, no second file behind the first. The type is what the bytes are, whatever their name.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field

from PIL import Image, ImageOps

from rules.reports.photo import Look, Original
from services.photo_look import look_of
from services.photo_original import original_of

MAX_BYTES = 8 * 1024 * 1024  # as sent
LONGEST = 2048  # pixels of a side, as kept: enough to read a scene, and a bound for the store
MEDIA_TYPE = "image/jpeg"
_QUALITY = 85
_MOST_PIXELS = {"JPEG": 52_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}  # what they unfold to
_SCAN, _MOST_SCANS = b"\xff\xda", 64  # a JPEG is gone over once for each; cameras write ten, and one in a thumbnail

Image.MAX_IMAGE_PIXELS = None  # the limits above are lower, and refuse instead of warning


class PhotoError(ValueError):
    """The bytes are not taken; ``code`` is for programs, the text names the cure."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture as it is kept, in JPEG. ``sent_sha256`` is of the file as it came, to know a reused one again."""

    sha256: str
    sent_sha256: str
    width: int
    height: int
    data: bytes = field(repr=False)
    original: Original = field(default=Original(), repr=False)  # of the file as it came; never stored as it stands
    look: Look | None = field(default=None, repr=False)


def clean(sent: bytes) -> Photo:
    """The picture in the bytes. Raises PhotoError: photo_too_large, not_a_photo, too_many_pixels, too_many_scans.

    Takes up to a second and 350 MB: not for an event loop, and not for many at once.
    """
    if len(sent) > MAX_BYTES:
        raise PhotoError("photo_too_large", f"a photo has at most {MAX_BYTES} bytes, this one {len(sent)}")
    try:
        picture, original = _picture(sent)
    except PhotoError:
        raise
    except Exception as error:
        raise PhotoError("not_a_photo", "not a whole JPEG, PNG or WebP picture; send the file again") from error
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY)
    data = written.getvalue()
    return Photo(
        sha256=hashlib.sha256(data).hexdigest(),
        sent_sha256=hashlib.sha256(sent).hexdigest(),
        width=picture.width,
        height=picture.height,
        data=data,
        original=original,
        look=look_of(picture),
    )


def _picture(sent: bytes) -> tuple[Image.Image, Original]:
    """The first frame, upright, on white, on a canvas that knows nothing of the file."""
    with Image.open(io.BytesIO(sent), formats=tuple(_MOST_PIXELS)) as opened:  # reads the head only
        kind = opened.format if opened.format in _MOST_PIXELS else "JPEG"  # MPO is a JPEG with more behind it
        if opened.width * opened.height > _MOST_PIXELS[kind]:
            most = _MOST_PIXELS[kind] // 1_000_000
            raise PhotoError("too_many_pixels", f"a {kind} has at most {most} megapixels; send a smaller picture")
        if kind == "JPEG" and sent.count(_SCAN) > _MOST_SCANS:
            raise PhotoError("too_many_scans", f"a JPEG has at most {_MOST_SCANS} scans; save the picture anew")
        original = original_of(sent, opened)
        opened.thumbnail((LONGEST, LONGEST))  # first of all: every step after it would copy the whole
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    canvas = Image.new("RGB", upright.size, "white")
    canvas.paste(upright, mask=upright.getchannel("A"))
    return canvas, original
