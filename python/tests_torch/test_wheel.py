import places  # noqa: F401 isort: skip
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path


class Wheel(unittest.TestCase):
    def test_builds_and_installs_from_the_folder_without_any_dependency(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "python"
            self.run_quietly("cp", "-r", str(places.PACKAGE), str(copy))  # a build leaves files beside the sources
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
            isolated = ["--no-deps", "--no-index", "--no-build-isolation"]
            self.run_quietly(*pip, "wheel", *isolated, "--wheel-dir", folder, str(copy))
            (wheel,) = Path(folder).glob("spot_checkpoint-*-py3-none-any.whl")
            with zipfile.ZipFile(wheel) as content:
                (metadata,) = [name for name in content.namelist() if name.endswith("/METADATA")]
                self.assertIn("spot_checkpoint/py.typed", content.namelist())
                self.assertNotIn("Requires-Dist", content.read(metadata).decode())
            site = Path(folder) / "site"
            self.run_quietly(*pip, "install", *isolated, "--target", str(site), str(copy))
            program = "import spot_checkpoint; print(spot_checkpoint.__file__)"
            where = self.run_quietly(sys.executable, "-c", program, cwd=folder, env={"PYTHONPATH": str(site)})
            self.assertTrue(where.startswith(str(site)), where)

    def run_quietly(self, *command, **options):
        done = subprocess.run(command, capture_output=True, text=True, **options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


if __name__ == "__main__":
    unittest.main()
