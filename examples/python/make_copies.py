"""Makes modified copies of photos, with names that tell the truth.

make_copies.py PHOTOS KNOWN SEIZED: copies some photos of the folder PHOTOS to KNOWN, and writes
copies of them, and untouched other photos as strangers, into SEIZED.
"""

import shutil
import sys
from pathlib import Path

from PIL import Image, ImageOps

KNOWN_PHOTOS = 6
STRANGERS = 6
MIN_SIDE = 256


def reencoded(picture: Image.Image, path: Path) -> None:
    picture.save(f"{path}.jpg", quality=30)


def save(picture: Image.Image, path: Path) -> None:
    picture.save(f"{path}.jpg", quality=90)


def resized(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 3, picture.height // 3))


def cropped(picture: Image.Image, share: float) -> Image.Image:
    x, y = int(picture.width * share / 2), int(picture.height * share / 2)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def bordered(picture: Image.Image, share: float) -> Image.Image:
    return ImageOps.expand(picture, int(min(picture.size) * share), fill="white")


def write_copies(picture: Image.Image, stem: str, folder: Path) -> None:
    reencoded(picture, folder / f"{stem}.reencoded-q30")
    picture.save(folder / f"{stem}.webp-q40.webp", quality=40)
    save(resized(picture), folder / f"{stem}.resized-to-a-third")
    save(ImageOps.mirror(picture), folder / f"{stem}.mirrored")
    save(picture.transpose(Image.Transpose.ROTATE_90), folder / f"{stem}.rotated-90")
    save(picture.transpose(Image.Transpose.ROTATE_180), folder / f"{stem}.rotated-180")
    save(bordered(picture, 0.01), folder / f"{stem}.border-1-percent")
    save(bordered(picture, 0.10), folder / f"{stem}.border-10-percent")
    save(cropped(picture, 0.02), folder / f"{stem}.cropped-2-percent")
    save(cropped(picture, 0.20), folder / f"{stem}.cropped-20-percent")


def photos_in(folder: Path) -> list[Path]:
    """Pictures that are large enough to be photos, in order of their names.

    Where the folder has JPEG files, only these: other formats are mostly drawings and gradients,
    which are too plain to be recognised by a hash.
    """
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            with Image.open(path) as picture:
                if min(picture.size) >= MIN_SIDE:
                    found.append((path, picture.format))
        except OSError:
            continue
    jpegs = [path for path, kind in found if kind == "JPEG"]
    return jpegs or [path for path, _ in found]


def main(photos: Path, known: Path, seized: Path) -> None:
    found = photos_in(photos)
    if not found:
        sys.exit(f"{photos}: no picture of at least {MIN_SIDE} pixels a side; give another folder")
    known.mkdir(parents=True)
    seized.mkdir(parents=True)
    # From the end: names that begin alike (variants of one picture) come first in some collections.
    originals = found[-KNOWN_PHOTOS:] if len(found) > 2 * KNOWN_PHOTOS else found[len(found) // 2 :]
    strangers = [path for path in found if path not in originals][:STRANGERS]
    for number, path in enumerate(originals, 1):
        name = f"{number:02}-{path.name}"
        shutil.copyfile(path, known / name)
        with Image.open(path) as picture:
            write_copies(picture.convert("RGB"), f"{number:02}-{path.stem}", seized)
    for path in strangers:
        with Image.open(path) as picture:
            save(picture.convert("RGB"), seized / f"stranger-{path.stem}")
    print(f"{len(originals)} originals, 10 copies of each, {len(strangers)} strangers")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*(Path(argument) for argument in sys.argv[1:]))
