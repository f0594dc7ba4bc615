"""The hash family against the libraries that it must equal, bit for bit: imagehash and iscc-core."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import ectype
import imagehash
import iscc_core
import numpy as np
import numpy.typing as npt
import pytest
import pywt
import scipy.fftpack
from conftest import Pixels, smooth_picture
from PIL import Image, ImageOps

SIZES = (8, 16)
COUNT = 200
#: A reference's coefficient as near to the median as this has a bit of noise.
NOISE = 1e-9

Floats = npt.NDArray[np.float64]


def shapes(rng: np.random.Generator) -> tuple[int, int]:
    """Odd sizes: tiny, narrow, near powers of two, and in between."""
    side = (1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129, 255, 257, 301)
    return (
        int(rng.choice(side) if rng.random() < 0.5 else rng.integers(1, 700)),
        int(rng.choice(side) if rng.random() < 0.5 else rng.integers(1, 500)),
    )


def picture(seed: int) -> Pixels:
    """One of eight kinds, gray or RGB."""
    rng = np.random.default_rng(seed)
    height, width = shapes(rng)
    y, x = np.mgrid[:height, :width]
    kind = seed % 8
    if kind == 0:
        pixels = np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    elif kind == 1:
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    elif kind == 2:
        pixels = np.stack([x * 255 // max(1, width - 1), y * 3 % 256, x ^ y], 2).astype(np.uint8)
    elif kind == 3:  # symmetric: half of the coefficients are zero
        half = rng.integers(0, 256, (height, (width + 1) // 2, 3), dtype=np.uint8)
        pixels = np.concatenate([half, half[:, ::-1][:, width % 2 :]], 1)
    elif kind == 4:  # few levels, large areas
        cells = rng.integers(0, 3, (5, 5, 3), dtype=np.uint8) * 100
        pixels = cells[y * 5 // height, x * 5 // width]
    else:
        pixels = smooth_picture(seed, width, height, float(rng.choice([0.05, 1.0, 3.0])))
    return np.ascontiguousarray(pixels if seed % 3 else pixels[:, :, 1])


def shrunk(pixels: Pixels, width: int, height: int) -> Pixels:
    resized = Image.fromarray(pixels).convert("L").resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(resized)


def noisy(coefficients: Floats) -> npt.NDArray[np.bool_]:
    return np.abs(coefficients - np.median(coefficients)) < NOISE


def phash_noise(pixels: Pixels, size: int) -> npt.NDArray[np.bool_]:
    small = shrunk(pixels, 4 * size, 4 * size)
    return noisy(scipy.fftpack.dct(scipy.fftpack.dct(small, axis=0), axis=1)[:size, :size])


def whash_noise(pixels: Pixels, size: int) -> npt.NDArray[np.bool_]:
    side = max(2 ** int(np.log2(min(pixels.shape[:2]))), size)
    coefficients = pywt.wavedec2(shrunk(pixels, side, side) / 255.0, "haar", level=int(np.log2(side)))
    coefficients[0] *= 0
    level = int(np.log2(side)) - int(np.log2(size))
    return noisy(pywt.wavedec2(pywt.waverec2(coefficients, "haar"), "haar", level=level)[0])


def no_noise(pixels: Pixels, size: int) -> npt.NDArray[np.bool_]:
    return np.zeros((size, size), np.bool_)


CASES = {
    "phash": (ectype.phash, imagehash.phash, phash_noise),
    "dhash": (ectype.dhash, imagehash.dhash, no_noise),
    "ahash": (ectype.ahash, imagehash.average_hash, no_noise),
    "whash": (ectype.whash, imagehash.whash, whash_noise),
}


def pictures() -> Iterator[Pixels]:
    return (picture(seed) for seed in range(COUNT))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", CASES)
def test_arrays_hash_as_imagehash_does(name: str, size: int) -> None:
    ours, reference, noise_of = CASES[name]
    degenerate = 0
    for seed, pixels in enumerate(pictures()):
        result = ours(pixels, size)
        expected = reference(Image.fromarray(pixels), size).hash
        differs = np.unpackbits(result.hash).reshape(size, size) != expected
        noise = noise_of(pixels, size)
        assert not (differs & ~noise).any(), (seed, pixels.shape)
        if noise.any():
            assert result.degenerate, (seed, pixels.shape)
        degenerate += result.degenerate
    assert degenerate < COUNT * 0.75


@pytest.mark.parametrize("name", CASES)
def test_crops_of_photos_hash_as_imagehash_does(data: Path, name: str) -> None:
    ours, reference, noise_of = CASES[name]
    rng = np.random.default_rng(3)
    trusted = []
    for path in sorted((data / "photos").glob("*.jpg"))[::16]:
        with Image.open(path) as photo:
            pixels = np.asarray(photo.convert("RGB"))
        height, width = (int(rng.integers(40, side + 1)) for side in pixels.shape[:2])
        crop = pixels[-height:, -width:]
        for size in SIZES:
            result = ours(crop, size)
            expected = reference(Image.fromarray(crop), size).hash
            differs = np.unpackbits(result.hash).reshape(size, size) != expected
            assert not (differs & ~noise_of(crop, size)).any(), (path, crop.shape)
            trusted.append(result.quality >= 50 and not result.degenerate)
    # Some are of skies and drawings.
    assert sum(trusted) > 0.85 * len(trusted)


def iscc_pixels(seed: int) -> Pixels:
    """32 x 32 gray levels of the same kinds."""
    return shrunk(picture(seed), 32, 32)


def iscc_noise(pixels: Pixels, bits: int) -> npt.NDArray[np.bool_]:
    dct = scipy.fftpack.dct(scipy.fftpack.dct(pixels, axis=0), axis=1) / 4
    blocks = [dct[y : y + 8, x : x + 8] for y in (0, 8) for x in (0, 8)]
    return np.concatenate([noisy(block).ravel() for block in blocks[: bits // 64]])


@pytest.mark.parametrize("bits", [64, 256])
def test_gray_levels_hash_as_iscc_core_does(bits: int) -> None:
    equal = 0
    for seed in range(COUNT):
        pixels = iscc_pixels(seed)
        result = ectype.iscc_image(pixels, bits)
        code = iscc_core.gen_image_code(pixels.ravel().tolist(), bits=bits)["iscc"]
        digest = np.frombuffer(iscc_core.decode_base32(code.removeprefix("ISCC:"))[2:], np.uint8)
        differs = np.unpackbits(result.hash) != np.unpackbits(digest)
        noise = iscc_noise(pixels, bits)
        assert not (differs & ~noise).any(), seed
        assert result.degenerate or not noise.any(), seed
        if not result.degenerate:
            assert ectype.iscc_code(result.hash) == code
            equal += 1
    assert equal > COUNT / 4


def test_larger_pictures_go_through_pillows_bicubic_to_iscc() -> None:
    for seed in range(5, COUNT, 8):
        pixels = picture(seed)
        small = Image.fromarray(pixels).convert("L").resize((32, 32), Image.Resampling.BICUBIC)
        assert bytes(ectype.iscc_image(pixels).hash) == bytes(
            ectype.iscc_image(np.asarray(small)).hash
        )


def test_one_decode_gives_what_each_algorithm_gives_alone() -> None:
    pixels = smooth_picture(4, 301, 203)
    names = [algorithm.name for algorithm in ectype.algorithms()]
    signature = ectype.sign(pixels, "all")
    assert list(signature) == names
    assert (signature.damage, signature.intact) == ("", 1.0)
    for algorithm in ectype.algorithms():
        alone = ectype.sign(pixels, [algorithm.name])[algorithm.name]
        both = signature[algorithm.name]
        assert both.hash.shape == (algorithm.bytes,)
        assert both.recipe == f"{algorithm.name}/1:exact"
        assert (alone.hash.tobytes(), alone.quality) == (both.hash.tobytes(), both.quality)
        assert len(both.variants) == (8 if algorithm.name in ("pdq", "gradient_grid") else 1)
    assert signature["pdq"].variants.tobytes() == ectype.pdq_dihedral(pixels).hash.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_hashed_as_it_is_shown(tmp_path: Path, orientation: int) -> None:
    pixels = smooth_picture(9, 150, 101)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.png"
    Image.fromarray(pixels).save(path, exif=exif)
    with Image.open(path) as stored:
        shown = np.asarray(ImageOps.exif_transpose(stored))
    turned = ectype.sign(path, "all")
    for name, plain in ectype.sign(shown, "all").items():
        if name != "pdq":
            assert turned[name].hash.tobytes() == plain.hash.tobytes(), name


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
def test_lossless_files_hash_as_imagehash_does(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(smooth_picture(5, 333, 222)).convert(mode).save(path)
    with Image.open(path) as opened:
        for name, (ours, reference, _) in CASES.items():
            assert ours(path).hash.tobytes().hex() == str(reference(opened)), name


def test_jpeg_files_are_near_to_what_imagehash_says(data: Path) -> None:
    for path in sorted((data / "photos").glob("*.jpg"))[::25]:
        signature = ectype.sign(path, list(CASES))
        with Image.open(path) as photo:
            shown = ImageOps.exif_transpose(photo)
            for name, (_, reference, _) in CASES.items():
                bits = np.unpackbits(signature[name].hash).reshape(8, 8)
                if signature[name].degenerate:
                    continue
                assert (bits != reference(shown).hash).sum() <= 2, (path, name)


def test_flat_pictures_never_match() -> None:
    flat = np.full((90, 120), 77, np.uint8)
    for name, result in ectype.sign(flat, "all").items():
        assert result.degenerate, name
        assert result.quality < 50, name
    for name in ("phash", "dhash", "whash"):
        assert ectype.compare(flat, flat, algorithm=name).verdict == "low quality"


def test_compare_uses_the_radius_of_the_algorithm() -> None:
    pixels = smooth_picture(6, 200, 160)
    darker = (pixels * 0.8).astype(np.uint8)
    for algorithm in ectype.algorithms():
        result = ectype.compare(pixels, darker, algorithm=algorithm.name)
        assert result.verdict == "match", algorithm.name
        assert result.distance <= algorithm.default_radius
        assert result.recipe == f"{algorithm.name}/1:exact"
    with pytest.raises(ectype.Error, match="give 0 to 64"):
        ectype.compare(pixels, darker, algorithm="phash", radius=65)


def test_errors_name_what_is_wrong() -> None:
    pixels = np.zeros((9, 9), np.uint8)
    for bad in ("md5", "", "phash,", "PHASH"):
        with pytest.raises(ectype.Error, match="choose from: pdq, gradient_grid") as caught:
            ectype.sign(pixels, bad)
        assert caught.value.code == "invalid_argument"
    with pytest.raises(ectype.Error, match="give 8 or 16"):
        ectype.phash(pixels, 12)
    with pytest.raises(ectype.Error, match="give 64 or 256"):
        ectype.iscc_image(pixels, 100)
    with pytest.raises(ectype.Error):
        ectype.iscc_code(np.zeros(7, np.uint8))


def test_a_result_is_a_pair_and_survives_pickling() -> None:
    result = ectype.phash(smooth_picture(1, 64, 64))
    hash, quality = result
    again = pickle.loads(pickle.dumps(result))
    assert (again.hash.tobytes(), again.quality) == (hash.tobytes(), quality)
    assert (again.recipe, again.degenerate) == ("phash/1:exact", False)
