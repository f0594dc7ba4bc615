"""What else there is on PyPI. Each is imported where it is first used, since any may be missing."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageChops

from .base import Hamming, Method, Pixels, Signature, SquaredL2


class ImageHash(Hamming):
    """A function of `imagehash`, 64 bits. Its documentation names no threshold."""

    has_quality = False

    def __init__(self, function: str) -> None:
        import imagehash

        self.name = f"imagehash.{function}"
        self.version = version("imagehash")
        self._hash = getattr(imagehash, function)

    def reference(self, pixels: Pixels) -> Signature:
        return Signature(np.packbits(self._hash(Image.fromarray(pixels)).hash))


class PdqHash(Hamming):
    """Meta's C++ code; the threshold is that of its documentation."""

    default_threshold = 31

    def __init__(self) -> None:
        import pdqhash

        self.name = "pdqhash"
        self.version = version("pdqhash")
        self._compute = pdqhash.compute

    def reference(self, pixels: Pixels) -> Signature:
        bits, quality = self._compute(pixels)
        return Signature(np.packbits(np.asarray(bits, np.uint8)), int(quality))


class _OpenCv(Method):
    """A class of OpenCV's module img_hash, which names no thresholds."""

    has_quality = False

    def __init__(self, algorithm: str) -> None:
        if not hasattr(cv2, "img_hash"):
            raise ImportError("OpenCV has no img_hash: install opencv-contrib-python-headless")
        self.name = f"opencv.{algorithm}"
        self.version = str(cv2.__version__)
        self._hasher: Any = getattr(cv2.img_hash, f"{algorithm}_create")()

    def reference(self, pixels: Pixels) -> Signature:
        return Signature(self._hasher.compute(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[0])


class OpenCvBits(_OpenCv, Hamming):
    """PHash, BlockMeanHash, MarrHildrethHash."""


class OpenCvVector(_OpenCv, SquaredL2):
    """ColorMomentHash: 42 numbers."""


class IsccImage(Hamming):
    """ISCC Image-Code (ISO 24138), 64 bits, of 32 x 32 gray pixels prepared as IEP-0004 says."""

    has_quality = False

    def __init__(self) -> None:
        import iscc_core

        self.name = "iscc.image"
        self.version = version("iscc-core")
        self._hash = iscc_core.soft_hash_image_v0

    def reference(self, pixels: Pixels) -> Signature:
        gray = _without_uniform_border(Image.fromarray(pixels)).convert("L")
        small = np.asarray(gray.resize((32, 32), Image.Resampling.BICUBIC))
        digest = self._hash(small.ravel().tolist(), bits=64)
        return Signature(np.frombuffer(digest, np.uint8))


def _without_uniform_border(picture: Image.Image) -> Image.Image:
    """Cuts off what has the colour of the upper left pixel, as the preparation asks."""
    ground = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    content = ImageChops.difference(picture, ground).getbbox()
    return picture.crop(content) if content else picture
