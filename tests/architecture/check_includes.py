"""Enforces who may include whom, and what public headers may include. Exit status 1 on a breach."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

MAY_INCLUDE = {
    "core": set(),
    "image": {"core"},
    "hashing": {"core", "image"},
    "distance": {"core"},
    "index": {"core", "distance"},
    "keypoints": {"core", "distance", "index"},
    "hashset": {"core", "index", "keypoints"},
    "match": {"core", "image", "hashing", "distance", "index", "keypoints", "hashset"},
    "scan": {"core", "image", "hashing", "hashset", "match"},
    "report": {"core", "match", "scan"},
    "capi": {"*"},
}

# The module that each public header belongs to.
OWNER = {
    "atomic_file": "core",
    "bit_hash": "core",
    "byte_hash": "core",
    "error": "core",
    "export": "core",
    "file_digests": "core",
    "hash_value": "core",
    "keypoint_signature": "core",
    "level": "core",
    "quality": "core",
    "recipe": "core",
    "row_text": "core",
    "signature": "core",
    "text": "core",
    "transform": "core",
    "version": "core",
    "image": "image",
    "pixels": "image",
    "opencv": "image",
    "algorithms": "hashing",
    "gradient_grid": "hashing",
    "keypoints": "hashing",
    "iscc": "hashing",
    "pdq": "hashing",
    "cpu": "distance",
    "distance": "distance",
    "byte_index": "index",
    "linear_index": "index",
    "multi_index": "index",
    "search_index": "index",
    "self_join": "index",
    "hash_list": "hashset",
    "hash_set": "hashset",
    "compare": "match",
    "explain_picture": "match",
    "hubs": "match",
    "keypoint_index": "keypoints",
    "keypoint_match": "keypoints",
    "picture_clusters": "match",
    "query_variants": "match",
    "sign": "match",
    "sign_level": "match",
    "isolation": "scan",
    "scan": "scan",
    "html_report": "report",
    "report": "report",
    "run_record": "report",
    "ectype": "umbrella",
}

# Third-party headers by the module that may use them.
THIRD_PARTY = {
    r"jpeglib\.h|jerror\.h|png\.h|zlib\.h|webp/.*|tiff.*\.h|gif_lib\.h|libheif/.*|openjpeg\.h": {"image"},
    r"Eigen/.*": {"hashing"},
    r"sqlite3\.h": {"hashset"},
    r"openssl/.*": {"scan"},
    r"archive.*\.h": {"scan"},
    r"xxhash\.h": {"hashset", "index"},
    r"nlohmann/.*": {"hashset", "report"},
    r"immintrin\.h|arm_neon\.h": {"distance"},
    r"opencv2/.*": {"hashing", "match"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(path: Path) -> list[tuple[str, str]]:
    return INCLUDE.findall(path.read_text())


def module_of(name: str) -> str | None:
    """The module that an include of ours belongs to."""
    if name.startswith("ectype/"):
        return OWNER.get(Path(name).stem, "unknown header")
    first = name.split("/")[0]
    return first if "/" in name and first in MAY_INCLUDE else None


def check_module_file(path: Path, module: str) -> list[str]:
    faults = []
    allowed = MAY_INCLUDE[module] | {module}
    for quote, name in includes(path):
        target = module_of(name)
        if target and target not in allowed and "*" not in allowed:
            faults.append(f"{path}: {module} may not include {name} ({target})")
        if quote == "<":
            for pattern, owners in THIRD_PARTY.items():
                if re.fullmatch(pattern, name) and module not in owners:
                    faults.append(f"{path}: {name} is private to {', '.join(sorted(owners))}")
    return faults


def check_public_header(path: Path) -> list[str]:
    if path.stem not in OWNER:
        return [f"{path}: name its module in {Path(__file__).name}"]
    if path.stem == "ectype":
        return []
    # The adapter is the one public header that may know OpenCV.
    faults = [] if path.stem == "opencv" else check_module_file(path, OWNER[path.stem])
    for _, name in includes(path):
        foreign = re.match(r"opencv2/|Eigen/|.*intrin\.h|arm_neon|sqlite3|nlohmann/|.*lib\.h$", name)
        if foreign and path.stem != "opencv":
            faults.append(f"{path}: a public header must not include {name}")
        if not name.startswith("ectype/") and name.split("/")[0] in MAY_INCLUDE:
            faults.append(f"{path}: a public header must not include the private {name}")
    if "using namespace" in path.read_text():
        faults.append(f"{path}: 'using namespace' in a public header")
    return faults


def check_outsider(path: Path) -> list[str]:
    """Examples and bindings use public headers only."""
    return [
        f"{path}: may include public headers only, not {name}"
        for _, name in includes(path)
        if not name.startswith("ectype/") and name.split("/")[0] in MAY_INCLUDE and "/" in name
    ]


def check_umbrella() -> list[str]:
    umbrella = {Path(name).stem for _, name in includes(ROOT / "include/ectype/ectype.hpp")}
    expected = set(OWNER) - {"ectype", "opencv", "export"}
    return [f"ectype.hpp does not include {name}.hpp" for name in sorted(expected - umbrella)]


def check_library_is_silent(path: Path) -> list[str]:
    """The library never prints, exits or aborts."""
    pattern = re.compile(r"\b(std::cout|std::cerr|printf|fprintf|puts|fputs|std::exit|abort|perror)\s*[(<]")
    code = re.sub(r"//.*|/\*.*?\*/", "", path.read_text())
    found = [m.group(1) for m in pattern.finditer(code) if "snprintf" not in m.group(0)]
    return [f"{path}: the library must not call {name}" for name in found]


def check_size(path: Path) -> list[str]:
    lines = len(path.read_text().splitlines())
    return [f"{path}: {lines} lines, over 400"] if lines > 400 else []


def sources(folder: str) -> list[Path]:
    return [p for p in sorted((ROOT / folder).rglob("*")) if p.suffix in {".cpp", ".hpp", ".h"}]


def main() -> int:
    faults = check_umbrella()
    for path in sources("src"):
        module = path.relative_to(ROOT / "src").parts[0]
        if module not in MAY_INCLUDE:
            faults.append(f"{path}: unknown module {module}")
            continue
        faults += check_module_file(path, module) + check_library_is_silent(path) + check_size(path)
    for path in sources("include"):
        faults += check_public_header(path) + check_size(path)
    for path in sources("examples") + sources("bindings"):
        faults += check_outsider(path) + check_size(path)
    print("\n".join(faults) or "the architecture holds")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
