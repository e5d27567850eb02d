"""Pictures for tests: plain ones, and ones with things hidden in them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

GPS, MAKE, COMMENT = 0x8825, 0x010F, b"tel 090-1234-5678"


def png(width: int = 40, height: int = 30) -> bytes:
    return _written(Image.new("RGBA", (width, height), (200, 30, 30, 128)), "PNG")


def webp(width: int = 40, height: int = 30) -> bytes:
    return _written(Image.new("RGB", (width, height), "green"), "WEBP")


def telling_jpeg(width: int = 60, height: int = 40, orientation: int = 6) -> bytes:
    """A photo as a phone takes it: where it was, by what camera, lying on its side, and with a comment."""
    exif = Image.Exif()
    exif[MAKE] = "SecretCam"
    exif[0x0112] = orientation
    place = exif.get_ifd(GPS)
    place[1], place[2], place[3], place[4] = "N", (39.0, 42.0, 12.3), "E", (141.0, 9.0, 9.9)
    written = io.BytesIO()
    picture = Image.new("RGB", (width, height), "blue")
    picture.save(written, "JPEG", exif=exif, comment=COMMENT, icc_profile=b"profile of SecretCam")
    return written.getvalue()


def polyglot() -> bytes:
    """A JPEG that is a page with a script and an archive, too."""
    return telling_jpeg() + b"<html><script>alert(1)</script></html>PK\x03\x04" + b"A" * 500


def bomb(width: int = 10_000, height: int = 10_000) -> bytes:
    """A PNG of a few hundred kilobytes that unfolds to a hundred megapixels."""
    packer = zlib.compressobj(9)
    rows = packer.compress(bytes(1 + width) * height) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _written(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()
