"""So that `python bench/robustness` runs the package, from any folder."""

import os
import sys
from pathlib import Path

# Before NumPy is imported: one thread a process, so that times are of one core.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
sys.path[0] = str(Path(__file__).resolve().parents[1])

from robustness.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
