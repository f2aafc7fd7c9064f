"""Where things are; also puts what the other tests share on the path."""

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
EXAMPLE = PACKAGE / "examples" / "train_ddp.py"
sys.path.insert(0, str(PACKAGE / "tests"))
