import source  # noqa: F401 isort: skip
import os
import signal
import sys
import unittest

from annotations import NOW, write_request
from looping import Acks, LoopTest, fail, write_step

from spot_checkpoint import CheckpointFailed


class OneProcess(LoopTest):
    def test_trains_on_without_a_request(self):
        with self.spot() as spot:
            self.assertFalse(any(spot.should_save(step) for step in range(100)))
        self.assertEqual(self.acks.all, [])

    def test_saves_once_for_a_request_acknowledges_and_trains_on(self):
        write_request(self.file, "a")
        with self.spot() as spot:
            self.assertTrue(spot.should_save(1))
            self.assertTrue(spot.save(1, write_step(1)).is_dir())
            self.assertFalse(spot.should_save(2))
        self.assertEqual(self.acks.all, [("a", "Started", None), ("a", "Complete", 1)])

    def test_says_started_while_a_step_is_still_running(self):
        with self.spot() as spot:
            write_request(self.file, "a")
            self.assertTrue(self.acks.arrived.wait(10))
            self.assertTrue(spot.should_save(1))

    def test_a_second_id_is_a_second_save(self):
        write_request(self.file, "a")
        with self.spot(poll_seconds=60) as spot:
            spot.should_save(1)
            spot.save(1, write_step(1))
            write_request(self.file, "b")
            spot._watcher.poll()
            self.assertTrue(spot.should_save(2))

    def test_a_request_whose_deadline_passed_meanwhile_is_dropped(self):
        write_request(self.file, "a")
        times = [NOW]
        with self.spot(poll_seconds=60, now=lambda: times[0]) as spot:
            times[0] = NOW.replace(minute=3)
            self.assertFalse(spot.should_save(1))

    def test_a_failed_save_is_acknowledged_and_training_goes_on(self):
        write_request(self.file, "a")
        with self.spot() as spot:
            spot.should_save(1)
            self.assertIsNone(spot.save(1, fail))
            self.assertFalse(spot.should_save(2))
        self.assertEqual(self.acks.all[-1], ("a", "Failed", 1))

    def test_a_failed_save_of_the_users_own_accord_raises(self):
        with self.spot() as spot, self.assertRaises(CheckpointFailed):
            spot.save(1, fail)

    def test_an_epoch_save_acknowledges_nothing(self):
        with self.spot() as spot:
            self.assertIsNotNone(spot.save(1, write_step(1)))
        self.assertEqual(self.acks.all, [])

    def test_a_step_already_saved_is_not_written_again(self):
        write_request(self.file, "a")
        with self.spot() as spot:
            path = spot.save(1, write_step(1))
            spot.should_save(1)
            self.assertEqual(spot.save(1, fail), path)
        self.assertEqual(self.acks.all[-1], ("a", "Complete", 1))

    def test_asks_only_at_the_steps_it_is_told(self):
        write_request(self.file, "a")
        with self.spot(check_every_steps=4) as spot:
            self.assertEqual([step for step in range(1, 8) if spot.should_save(step)], [4])

    def test_a_restarted_container_says_complete_again_and_does_not_save_again(self):
        write_request(self.file, "a")
        with self.spot(acknowledger=Acks()) as spot:
            spot.should_save(7)
            spot.save(7, write_step(7))
        with self.spot() as spot:
            self.assertEqual(spot.resume().step, 7)
            self.assertFalse(spot.should_save(8))
        self.assertEqual(self.acks.all[-1], ("a", "Complete", 7))

    def test_an_acknowledger_that_fails_stops_nothing(self):
        class Broken:
            def acknowledge(self, ack):
                raise ValueError("bug")

        write_request(self.file, "a")
        with self.spot(acknowledger=Broken()) as spot:
            spot._sender._retry_seconds = ()
            spot.should_save(1)
            self.assertIsNotNone(spot.save(1, write_step(1)))

    def test_an_exit_0_after_sigterm_becomes_143(self):
        with self.assertRaises(SystemExit) as caught, self.spot():
            os.kill(os.getpid(), signal.SIGTERM)
            sys.exit(0)
        self.assertEqual(caught.exception.code, 143)

    def test_other_exits_stay_what_they_are(self):
        for code, terminated in ((0, False), (3, True)):
            with self.subTest(code=code), self.assertRaises(SystemExit) as caught, self.spot():
                if terminated:
                    os.kill(os.getpid(), signal.SIGTERM)
                sys.exit(code)
            self.assertEqual(caught.exception.code, code)

    def test_a_failed_save_after_sigterm_still_exits_143(self):
        with self.assertRaises(SystemExit) as caught, self.spot() as spot:
            os.kill(os.getpid(), signal.SIGTERM)
            spot.should_save(1)
            spot.save(1, fail)
        self.assertEqual(caught.exception.code, 143)


if __name__ == "__main__":
    unittest.main()
