"""Levels on the command line: what is stored, found and told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import smooth_picture
from PIL import Image, ImageOps

from cli_support import DONE, FATAL, NO_MATCH, json_rows, run_cli
