"""The package as a type checker sees it."""

import subprocess
import sys
from pathlib import Path

USER = """
import ectype
hash, quality = ectype.pdq("a.jpg")
reveal_type(quality)
reveal_type(ectype.HashSet.open("s").match(["a.jpg"]).distance)
"""


def run_mypy(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-color-output", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


def test_the_package_and_its_users_are_typed(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    package = run_mypy("-p", "ectype", cwd=tmp_path)
    assert package.returncode == 0, package.stdout
    user = run_mypy("user.py", cwd=tmp_path)
    assert user.returncode == 0, user.stdout
    assert user.stdout.count("int") >= 1 and "Any" not in user.stdout.split("ndarray")[0]
    assert "ndarray" in user.stdout
