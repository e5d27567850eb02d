"""Pictures for tests: plain ones, and ones with things hidden in them."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
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


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with shapes and grain, another for every seed."""
    wide, high = size
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:high, 0:wide]
    found = np.where(y < random.uniform(0.3, 0.6) * high, 180.0, 90.0)[..., None].repeat(3, axis=2)
    for _ in range(25):
        across, down, width, height = random.uniform((0, 0, 15, 15), (wide, high, 120, 90))
        found[((x - across) / width) ** 2 + ((y - down) / height) ** 2 < 1] = random.uniform(0, 255, 3)
    return Image.fromarray(np.clip(found + random.normal(0, 8, found.shape), 0, 255).astype("uint8"))


def made_by_ai(picture: Image.Image) -> bytes:
    """A JPEG with IPTC's mark for media that a trained algorithm made, as XMP."""
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf Iptc4xmpExt:DigitalSourceType="{source}"/></x:xmpmeta>'
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=88, xmp=xmp.encode())
    return written.getvalue()


def taken(picture: Image.Image, at: str, lon: float, lat: float, quality: int = 90) -> bytes:
    """A JPEG as a phone writes it; ``at`` as EXIF has times, in Japan's."""
    exif = Image.Exif()
    exif[MAKE] = "SecretCam"
    exif.get_ifd(0x8769).update({0x9003: at, 0x9011: "+09:00"})
    parts = [(float(int(one)), float(int(one * 60 % 60)), one * 3600 % 60) for one in (lat, lon)]
    exif.get_ifd(GPS).update({1: "N", 2: parts[0], 3: "E", 4: parts[1]})
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality, exif=exif)
    return written.getvalue()


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
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


def many_scans(more: int) -> bytes:
    """A progressive JPEG whose last pass over the picture is told so many times over."""
    written = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 90, 90)).save(written, "JPEG", progressive=True)
    whole = written.getvalue()
    return whole[:-2] + whole[whole.rindex(b"\xff\xda") : -2] * more + whole[-2:]


def noted(*notes: str) -> bytes:
    """A small PNG with these texts in it, packed."""
    packed = (_chunk(b"zTXt", b"note %d\0\0" % n + zlib.compress(one.encode())) for n, one in enumerate(notes))
    whole = png()
    after_head = whole.index(b"IHDR") + 21  # its 13 bytes and their sum
    return whole[:after_head] + b"".join(packed) + whole[after_head:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _written(picture: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()
