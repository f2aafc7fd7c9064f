"""Puts the package's sources on the path, so that the tests run without installing it."""

import logging
import sys
from pathlib import Path

SOURCE = str(Path(__file__).resolve().parent.parent / "src")
if SOURCE not in sys.path:
    sys.path.insert(0, SOURCE)
logging.getLogger("spot_checkpoint").addHandler(logging.NullHandler())
logging.getLogger("spot_checkpoint").propagate = False
