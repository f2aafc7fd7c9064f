import source  # noqa: F401 isort: skip
import json
import tempfile
import threading
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from spot_checkpoint.ack import Ack, AckRefused, AckSender, MarkerAck

COMPLETE = Ack("i-0abc/spot-interruption", "Complete", 1200, "s3://bucket/save-1")


class Encoding(unittest.TestCase):
    def test_leaves_out_what_is_unknown(self):
        self.assertEqual(json.loads(Ack("a", "Started").encode()), {"id": "a", "state": "Started"})

    def test_writes_the_time_in_utc(self):
        at = datetime(2026, 1, 1, 1, 2, 3, 4000, timezone(timedelta(hours=1)))
        self.assertEqual(json.loads(Ack("a", "Complete", 7, at=at).encode())["at"], "2026-01-01T00:02:03.004Z")


class ByMarker(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)

    def test_writes_a_local_marker_named_by_the_request(self):
        MarkerAck(str(self.root / "markers")).acknowledge(COMPLETE)
        marker = self.root / "markers" / "_COMPLETE" / "i-0abc" / "spot-interruption"
        self.assertEqual(json.loads(marker.read_text())["step"], 1200)

    def test_hands_an_object_to_the_callers_store(self):
        objects = {}
        MarkerAck("s3://bucket/run-1/", objects.__setitem__).acknowledge(COMPLETE)
        self.assertEqual(list(objects), ["s3://bucket/run-1/_COMPLETE/i-0abc/spot-interruption"])

    def test_marks_only_what_is_complete(self):
        objects = {}
        for state in ("Started", "Failed"):
            MarkerAck("p", objects.__setitem__).acknowledge(Ack("a", state))
        self.assertEqual(objects, {})

    def test_refuses_an_id_that_leaves_the_prefix(self):
        for identifier in ("../x", "a/../b", "/etc", "a//b", "."):
            with self.subTest(identifier=identifier), self.assertRaises(AckRefused):
                MarkerAck(str(self.root)).acknowledge(Ack(identifier, "Complete"))


class Sending(unittest.TestCase):
    def send(self, acknowledge, *acks, retry_seconds=(0, 0)):
        class Spy:
            pass

        Spy.acknowledge = staticmethod(acknowledge)
        sender = AckSender(Spy(), retry_seconds)
        for ack in acks:
            sender.send(ack)
        sender.close()

    def test_delivers_in_order(self):
        seen = []
        self.send(lambda ack: seen.append(ack.state), Ack("a", "Started"), Ack("a", "Complete"))
        self.assertEqual(seen, ["Started", "Complete"])

    def test_tries_again_what_may_pass(self):
        seen = []

        def acknowledge(ack):
            seen.append(ack.state)
            if len(seen) < 3:
                raise OSError("reset")

        self.send(acknowledge, Ack("a", "Complete"))
        self.assertEqual(len(seen), 3)

    def test_gives_up_at_once_on_what_was_refused(self):
        seen = []

        def acknowledge(ack):
            seen.append(ack.state)
            raise AckRefused("no")

        with self.assertLogs("spot_checkpoint", "ERROR"):
            self.send(acknowledge, Ack("a", "Complete"))
        self.assertEqual(len(seen), 1)

    def test_any_error_is_only_logged(self):
        def acknowledge(ack):
            raise ValueError("bug")

        with self.assertLogs("spot_checkpoint", "WARNING") as logs:
            self.send(acknowledge, Ack("a", "Complete"))
        self.assertEqual(len(logs.records), 3)

    def test_newer_news_overtakes_the_retries_of_older(self):
        seen, both_queued = [], threading.Event()

        def acknowledge(ack):
            both_queued.wait(10)
            seen.append(ack.state)
            if ack.state == "Started":
                raise OSError("reset")

        class Spy:
            pass

        Spy.acknowledge = staticmethod(acknowledge)
        sender = AckSender(Spy(), (60.0,))
        sender.send(Ack("a", "Started"))
        sender.send(Ack("a", "Complete"))
        both_queued.set()
        sender.close()
        self.assertEqual(seen, ["Started", "Complete"])

    def test_closing_waits_no_longer_than_it_is_told(self):
        released = threading.Event()
        self.addCleanup(released.set)

        class Stuck:
            def acknowledge(self, ack):
                released.wait(60)

        sender = AckSender(Stuck())
        sender.send(COMPLETE)
        with self.assertLogs("spot_checkpoint", "WARNING"):
            sender.close(timeout_seconds=0.05)


if __name__ == "__main__":
    unittest.main()
