import source  # noqa: F401 isort: skip
import unittest

from ranks import run_ranks

from spot_checkpoint.agree import Decision, SingleProcess, StepsDiffer, agree


class Agreeing(unittest.TestCase):
    def decide(self, *wishes, step=7):
        return run_ranks(len(wishes), lambda group: agree(group, step, *wishes[group.rank]))

    def test_one_process_agrees_with_itself(self):
        self.assertEqual(agree(SingleProcess(), 1, "a", False), Decision("a", False))
        self.assertEqual(agree(SingleProcess(), 1, None, True), Decision(None, True))
        self.assertFalse(agree(SingleProcess(), 1, None, False).save)

    def test_nobody_saves_where_nobody_asks(self):
        self.assertEqual(self.decide((None, False), (None, False)), [Decision(None, False)] * 2)

    def test_a_request_one_rank_has_read_reaches_all(self):
        for holder in range(3):
            with self.subTest(holder=holder):
                wishes = [("i-0é/spot", False) if rank == holder else (None, False) for rank in range(3)]
                self.assertEqual(self.decide(*wishes), [Decision("i-0é/spot", False)] * 3)

    def test_a_sigterm_on_one_rank_reaches_all(self):
        self.assertEqual(self.decide((None, False), (None, True), (None, False)), [Decision(None, True)] * 3)

    def test_of_two_requests_the_same_one_wins_everywhere(self):
        decisions = self.decide(("a" * 256, False), ("b", True), (None, False))
        self.assertEqual(len(set(decisions)), 1)
        self.assertIn(decisions[0].request_id, ("a" * 256, "b"))
        self.assertTrue(decisions[0].terminating)

    def test_values_fit_signed_64_bit_integers(self):
        class Recording(SingleProcess):
            def all_reduce_max(self, values):
                for value in values:
                    assert -(2**63) <= value < 2**63, value
                return list(values)

        for number in range(200):
            agree(Recording(), number, f"id-{number}", False)

    def test_ranks_at_different_steps_are_an_error_on_each(self):
        results = run_ranks(2, lambda group: agree(group, 5 + group.rank, None, False))
        self.assertTrue(all(isinstance(result, StepsDiffer) for result in results), results)


if __name__ == "__main__":
    unittest.main()
