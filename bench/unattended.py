"""A seized disk, unattended: a tree of 20,000 files, many of them hostile, is scanned to its end;
then again, killed at 50 random moments and resumed. Prints what it counted; exit status 1 where a
row is missing or doubled, or the resumed rows differ.

    python bench/unattended.py DATA [--files 20000] [--kills 50]

DATA: a folder with photos/, awkward/ and repro.tar. As root the scan runs as nobody, so that an
unreadable folder is one. The commands are those of build/release/bin.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance, ImageOps

BIN = Path(__file__).resolve().parents[1] / "build/release/bin"
NOBODY = 65534
#: Seconds. What allocates without end is to meet its limit of memory first: 4 GB took 4 to 12 s.
DEADLINE = "30"
#: What tests/worker/hostile_worker.cpp makes of such files.
HOSTILE = {
    "segfault": {"crashed"},
    "hang": {"timed_out"},
    "fork": {"crashed"},
    "open": {"crashed"},
    "allocate": {"crashed", "over_limit"},
}


def copies(photo: Path) -> list[Image.Image]:
    with Image.open(photo) as picture:
        small = picture.convert("RGB")
        small.thumbnail((600, 600))
    return [
        small,
        ImageOps.mirror(small),
        small.resize((small.width // 2, small.height // 2)),
        ImageEnhance.Brightness(small).enhance(1.2),
    ]


def numbered(jpeg: bytes, number: int) -> bytes:
    """The same picture, and other bytes: a comment with a number."""
    comment = str(number).encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def make_tree(data: Path, tree: Path, files: int) -> None:
    photos = sorted((data / "photos").glob("**/*.jpg")) + sorted((data / "photos").glob("**/*.png"))
    made: list[bytes] = []
    (tree / "copies").mkdir(parents=True)
    for photo in photos:
        for kind, picture in enumerate(copies(photo)):
            path = tree / "copies" / f"{photo.stem}-{kind}.jpg"
            picture.save(path, quality=70)
            made.append(path.read_bytes())
    shutil.copytree(data / "awkward", tree / "awkward", copy_function=shutil.copyfile)
    shutil.copyfile(data / "repro.tar", tree / "repro.tar")
    make_special(tree)
    make_fuzzed(data, tree / "fuzzed")
    for word in HOSTILE:
        (tree / f"hostile-{word}").write_text(word)
    (tree / "more").mkdir()
    for number in range(files - count_files(tree)):
        (tree / "more" / f"{number:06}.jpg").write_bytes(numbered(made[number % len(made)], number))
    for folder, _, names in os.walk(tree):
        os.chmod(folder, 0o755)
        for name in names:
            if not os.path.islink(os.path.join(folder, name)):
                os.chmod(os.path.join(folder, name), 0o644)
    os.chmod(tree / "closed", 0)


def make_fuzzed(data: Path, folder: Path) -> None:
    folder.mkdir()
    chance = random.Random(5)
    sources = [path for path in sorted((data / "awkward").iterdir()) if path.stat().st_size < 10**6]
    for number in range(200):
        content = bytearray(chance.choice(sources).read_bytes())
        for _ in range(chance.randint(1, 40)):
            if content:
                content[chance.randrange(len(content))] = chance.randrange(256)
        (folder / f"{number:03}").write_bytes(content[: chance.randint(1, len(content) + 1)])


def make_special(tree: Path) -> None:
    os.mkfifo(tree / "fifo")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tree / "socket"))
    (tree / "device").symlink_to("/dev/zero")
    (tree / "loop").symlink_to(".")
    (tree / "closed").mkdir()
    (tree / "closed" / "unseen.jpg").write_bytes(b"unseen")
    here = os.open(tree, os.O_RDONLY)
    for _ in range(400):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    file = os.open("deepest", os.O_CREAT | os.O_WRONLY, dir_fd=here)
    os.write(file, b"deep")
    os.close(file)
    os.close(here)


def count_files(tree: Path) -> int:
    """As the scan must: what is no folder, links too, and one for a folder that cannot be listed."""
    return 1 + sum(
        len(names) + sum(os.path.islink(os.path.join(folder, name)) for name in folders)
        for folder, folders, names, _ in os.fwalk(tree)
        if Path(folder).name != "closed"
    )


def start(work: Path, tree: Path, known: Path, *options: Any) -> subprocess.Popen[bytes]:
    command = [BIN / "ectype", "scan", tree, "--against", known, "--timeout", DEADLINE, *options]
    environment = {**os.environ, "ECTYPE_WORKER": str(BIN / "hostile_worker")}
    user = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    return subprocess.Popen(
        list(map(str, command)), env=environment, stderr=(work / "log").open("ab"), **user
    )


def rows_of(path: Path) -> tuple[bytes, list[dict[str, Any]]]:
    """The rows as bytes and read, without the record of the run."""
    lines = path.read_bytes().splitlines(keepends=True)
    assert b'"run"' in lines[-1][:8]
    return b"".join(lines[:-1]), [json.loads(line) for line in lines[:-1]]


def check_rows(tree: Path, data: Path, rows: list[dict[str, Any]]) -> list[str]:
    faults = []
    on_disk = [row for row in rows if "members" not in row]
    names = collections.Counter(row.get("path_base64", row["path"]) for row in on_disk)
    if len(on_disk) != count_files(tree) or max(names.values()) > 1:
        faults.append(f"{len(on_disk)} rows of {count_files(tree)} files")
    with tarfile.open(data / "repro.tar") as tar:
        members = sum(not info.isdir() for info in tar)
    of_tar = sum(row["path"].endswith("/repro.tar") and "members" in row for row in rows)
    if of_tar < members:
        faults.append(f"{of_tar} rows of {members} files in repro.tar")
    for word, outcomes in HOSTILE.items():
        (row,) = [row for row in on_disk if row["path"].endswith(f"hostile-{word}")]
        print(f"  {word}: {row['outcome']}: {row['reason']}")
        if row["outcome"] not in outcomes:
            faults.append(f"{word} came out as {row['outcome']}")
    for name in ("fifo", "socket", "device", "loop", "closed"):
        (row,) = [row for row in on_disk if row["path"] == f"{tree}/{name}"]
        print(f"  {name}: {row['outcome']}: {row['reason']}")
        if row["outcome"] != ("unreadable" if name == "closed" else "skipped"):
            faults.append(f"{name} came out as {row['outcome']}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        tree, known = work / "tree", work / "known.ectype"
        make_tree(asked.data, tree, asked.files)
        for command in (["create", known], ["add", known, asked.data / "photos"]):
            done = subprocess.run([BIN / "ectype", "set", *command], capture_output=True)
            assert done.returncode in (0, 3), done.stderr
        os.chmod(work, 0o777)
        if os.geteuid() == 0:
            os.chown(known, NOBODY, NOBODY)

        begin = time.monotonic()
        assert start(work, tree, known, "-o", work / "whole").wait() in (0, 3)
        seconds = time.monotonic() - begin
        whole, rows = rows_of(work / "whole")
        print(f"{len(rows)} rows of {count_files(tree)} files in {seconds:.0f} s:")
        print(" ", dict(collections.Counter(row["outcome"] for row in rows)))
        faults = check_rows(tree, asked.data, rows)

        chance = random.Random(11)
        options = ("--state", work / "state", "-o", work / "resumed")
        for _ in range(asked.kills):
            process = start(work, tree, known, *options)
            time.sleep(chance.uniform(0, 2 * seconds / max(1, asked.kills)))
            process.kill()
            process.wait()
        early = (work / "resumed").exists()
        assert start(work, tree, known, *options).wait() in (0, 3)
        same = rows_of(work / "resumed")[0] == whole
        print(f"killed {asked.kills} times and resumed: {'the same rows' if same else 'OTHER ROWS'}")
        print(f"  it had {'' if early else 'not '}come to its end before the last run")
        if not same:
            faults.append("other rows after resuming")
            shutil.copy(work / "whole", "/tmp/whole")
            shutil.copy(work / "resumed", "/tmp/resumed")
        os.chmod(tree / "closed", 0o755)
    print("\n".join(faults) or "nothing is missing")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
