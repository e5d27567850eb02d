"""Small PNG files: at most 256 colours, written with nothing but zlib, so that pictures in git stay light."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np
from playwright.async_api import Page

_COMMON = 150  # colours taken because they are frequent
_PIXELS = """async (url) => {
  const picture = await createImageBitmap(await (await fetch(url)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(picture, 0, 0);
  const bytes = pen.getImageData(0, 0, picture.width, picture.height).data;
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""


async def small_png(blank: Page, picture: bytes) -> bytes:
    """The picture with 256 colours. ``blank`` is any page without a policy; its browser reads the PNG for us."""
    url = "data:image/png;base64," + base64.b64encode(picture).decode()
    width, height, packed = await blank.evaluate(_PIXELS, url)
    pixels = np.frombuffer(base64.b64decode(packed), np.uint8).reshape(height, width, 4)[:, :, :3]
    palette, indexes = _quantized(pixels)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indexes.reshape(height, width)])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", palette.tobytes()),
        _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _quantized(pixels: Any) -> tuple[Any, Any]:
    """The 256 most telling colours, and for each pixel the nearest: exact where the picture is flat."""
    flat = pixels.reshape(-1, 3).astype(np.int32)
    coarse = (flat >> 3) << 3
    keys, inverse, counts = np.unique(
        (coarse[:, 0] << 16) | (coarse[:, 1] << 8) | coarse[:, 2], return_inverse=True, return_counts=True
    )
    sums = np.stack([np.bincount(inverse, weights=flat[:, c]) for c in range(3)], axis=1)
    colours = np.rint(sums / counts[:, None]).astype(np.int32)
    kept = list(np.argsort(-counts)[:_COMMON])
    away = _distance(colours, colours[kept]).min(axis=1)
    while len(kept) < min(256, len(keys)):  # then the rare ones that the palette would miss most: a small green light
        kept.append(int((away * np.sqrt(counts)).argmax()))
        away = np.minimum(away, _distance(colours, colours[kept[-1:]])[:, 0])
    palette = colours[kept]
    return palette.astype(np.uint8), _distance(colours, palette).argmin(axis=1).astype(np.uint8)[inverse]


def _distance(colours: Any, palette: Any) -> Any:
    return ((colours[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
