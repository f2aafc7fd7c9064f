import source  # noqa: F401 isort: skip
import os
import signal
import tempfile
import threading
import unittest
from pathlib import Path

from annotations import NOW, write_request

from spot_checkpoint.request import RequestFile
from spot_checkpoint.watcher import Watcher


class Watching(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "annotations"
        self.seen = []
        self.arrived = threading.Event()
        self.addCleanup(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))

    def watcher(self, on_request=None):
        def note(request):
            self.seen.append(request.id)
            self.arrived.set()

        watcher = Watcher(RequestFile(self.path, lambda: NOW), on_request or note, poll_seconds=0.01)
        self.addCleanup(watcher.stop)
        return watcher

    def test_a_thread_notices_a_request_that_comes_later(self):
        watcher = self.watcher()
        watcher.start()
        self.assertIsNone(watcher.request)
        write_request(self.path)
        self.assertTrue(self.arrived.wait(10))
        self.assertEqual(watcher.request.id, "i-0abc/spot-interruption")

    def test_tells_each_id_once_and_follows_its_deadline(self):
        watcher = self.watcher()
        write_request(self.path, "a")
        watcher.poll()
        write_request(self.path, "a", deadline="2026-01-01T00:01:00Z")
        watcher.poll()
        self.assertEqual(watcher.request.deadline.minute, 1)
        write_request(self.path, "b")
        watcher.poll()
        self.assertEqual(self.seen, ["a", "b"])

    def test_a_withdrawn_request_is_forgotten(self):
        watcher = self.watcher()
        write_request(self.path)
        watcher.poll()
        self.path.write_text('app="llm"')
        watcher.poll()
        self.assertIsNone(watcher.request)

    def test_a_failing_listener_does_not_end_the_watch(self):
        def fail(request):
            raise RuntimeError("no")

        watcher = self.watcher(fail)
        write_request(self.path)
        with self.assertLogs("spot_checkpoint", "ERROR"):
            watcher.poll()
        self.assertIsNotNone(watcher.request)

    def test_remembers_sigterm_and_calls_the_handler_that_was_there(self):
        calls = []
        signal.signal(signal.SIGTERM, lambda number, frame: calls.append(number))
        watcher = self.watcher()
        watcher.take_sigterm()
        os.kill(os.getpid(), signal.SIGTERM)
        self.assertTrue(watcher.terminating)
        self.assertEqual(calls, [signal.SIGTERM])

    def test_gives_the_previous_handler_back(self):
        def before(number, frame):
            pass

        signal.signal(signal.SIGTERM, before)
        watcher = self.watcher()
        watcher.start()
        watcher.stop()
        self.assertIs(signal.getsignal(signal.SIGTERM), before)

    def test_leaves_a_handler_that_somebody_installed_since(self):
        def later(number, frame):
            pass

        watcher = self.watcher()
        watcher.start()
        signal.signal(signal.SIGTERM, later)
        watcher.stop()
        self.assertIs(signal.getsignal(signal.SIGTERM), later)

    def test_can_take_sigterm_from_a_framework(self):
        calls = []
        watcher = self.watcher()
        watcher.take_sigterm()
        signal.signal(signal.SIGTERM, lambda number, frame: calls.append(number))
        watcher.take_sigterm(chain=False)
        os.kill(os.getpid(), signal.SIGTERM)
        self.assertTrue(watcher.terminating)
        self.assertEqual(calls, [])

    def test_works_without_sigterm_off_the_main_thread(self):
        watcher = self.watcher()
        with self.assertLogs("spot_checkpoint", "WARNING"):
            thread = threading.Thread(target=watcher.start)
            thread.start()
            thread.join()
        write_request(self.path)
        self.assertTrue(self.arrived.wait(10))


if __name__ == "__main__":
    unittest.main()
