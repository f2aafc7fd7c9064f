import source  # noqa: F401 isort: skip
import unittest

from annotations import write_request
from looping import Acks, LoopTest, fail, write_step
from ranks import run_ranks


class ManyRanks(LoopTest):
    def test_the_rank_that_reads_the_request_has_all_save_and_rank_0_acknowledge(self):
        empty = self.folder / "empty"
        empty.write_text("")
        write_request(self.file, "a")
        acks = [Acks() for _ in range(3)]

        def act(group):
            file = self.file if group.rank == 2 else empty
            local = {"LOCAL_RANK": "0"}
            with self.spot(group=group, annotations=file, acknowledger=acks[group.rank], environment=local) as spot:
                saved = [spot.save(step, write_step(step)) for step in range(1, 5) if spot.should_save(step)]
            return [path.name for path in saved]

        results = run_ranks(3, act)
        self.assertEqual(results, [["save-00000001-step-000000001"]] * 3)
        self.assertEqual(acks[0].all, [("a", "Complete", 1)])
        self.assertEqual(acks[1].all, [])
        self.assertEqual(acks[2].all, [("a", "Started", None)])

    def test_one_rank_of_each_pod_says_started(self):
        write_request(self.file, "a")

        def act(group):
            with self.spot(group=group, environment={"LOCAL_RANK": str(group.rank)}):
                return group.all_reduce_max([0])

        run_ranks(2, act)
        self.assertEqual(self.acks.all, [("a", "Started", None)])

    def test_a_sigterm_on_one_rank_ends_all_at_the_same_saved_step(self):
        def act(group):
            with self.spot(group=group, sharded=True) as spot:
                for step in range(1, 10):
                    if group.rank == 1 and step == 5:
                        spot._watcher.terminating = True
                    if spot.should_save(step):
                        spot.save(step, write_step(step))

        results = run_ranks(3, act)
        self.assertEqual([result.code for result in results], [143] * 3)
        with self.spot() as spot:
            self.assertEqual(spot.resume().step, 5)

    def test_a_failed_shard_is_acknowledged_as_failed_and_all_train_on(self):
        write_request(self.file, "a")

        def act(group):
            with self.spot(group=group, sharded=True) as spot:
                spot.should_save(1)
                saved = spot.save(1, fail if group.rank == 1 else write_step(1))
                return saved, spot.should_save(2)

        self.assertEqual(run_ranks(3, act), [(None, False)] * 3)
        self.assertEqual([ack for ack in self.acks.all if ack[1] != "Started"], [("a", "Failed", 1)])


if __name__ == "__main__":
    unittest.main()
