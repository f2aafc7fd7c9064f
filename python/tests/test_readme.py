import source  # noqa: F401 isort: skip
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


class Readme(unittest.TestCase):
    def test_the_example_runs_and_resumes(self):
        (program,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
        self.assertLessEqual(len([line for line in program.splitlines() if line.strip()]), 20)
        environment = {**os.environ, "PYTHONPATH": source.SOURCE}
        with tempfile.TemporaryDirectory() as folder:
            for program_now in (program, program.replace("range(first", "print(first) or range(first")):
                done = subprocess.run(
                    [sys.executable, "-c", program_now], cwd=folder, env=environment, capture_output=True, text=True
                )
                self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.split(), ["1001"])


if __name__ == "__main__":
    unittest.main()
