import source  # noqa: F401 isort: skip
import os
import subprocess
import sys
import types
import unittest

from frameworks import FrameworkTest
from ranks import run_ranks

from spot_checkpoint import NotInitialised, TorchGroup, load_training_state, training_state
from spot_checkpoint.agree import SingleProcess
from spot_checkpoint.torch_ddp import current_group


class Tensor(list):
    def tolist(self):
        return list(self)


def fake_torch(group=None):
    """As much of torch as is used, its all_reduce going through a group of test ranks."""
    torch, distributed = types.ModuleType("torch"), types.ModuleType("torch.distributed")
    torch.distributed, torch.int64 = distributed, "int64"
    torch.tensor = lambda values, dtype: Tensor(values)
    wrapper = type("DistributedDataParallel", (), {})
    torch.nn = types.SimpleNamespace(parallel=types.SimpleNamespace(DistributedDataParallel=wrapper))
    distributed.ReduceOp = types.SimpleNamespace(MAX="max")
    distributed.is_available = lambda: True
    distributed.is_initialized = lambda: group is not None
    distributed.get_rank = lambda: group.rank
    distributed.get_world_size = lambda: group.world_size
    distributed.new_group = lambda backend: backend

    def all_reduce(tensor, op, group_):
        assert (op, group_) == ("max", "gloo")
        tensor[:] = group.all_reduce_max(tensor)

    distributed.all_reduce = lambda tensor, op, group: all_reduce(tensor, op, group)
    return {"torch": torch, "torch__distributed": distributed}


class Part:
    def __init__(self, **state):
        self.state = state

    def state_dict(self):
        return dict(self.state)

    def load_state_dict(self, state):
        self.state = dict(state)


class Torch(FrameworkTest):
    def test_one_process_needs_no_torch(self):
        self.install(torch=None)
        self.assertIsInstance(current_group({}), SingleProcess)
        self.assertIsInstance(current_group({"WORLD_SIZE": "1"}), SingleProcess)

    def test_importing_the_package_imports_no_framework(self):
        names = ("torch", "transformers", "lightning", "pytorch_lightning")
        program = f"import sys, spot_checkpoint; sys.exit(any(name in sys.modules for name in {names}))"
        environment = {**os.environ, "PYTHONPATH": source.SOURCE}
        self.assertEqual(subprocess.run([sys.executable, "-c", program], env=environment).returncode, 0)

    def test_many_processes_without_a_process_group_are_an_error_not_a_lone_save(self):
        self.install(**fake_torch())
        with self.assertRaisesRegex(NotInitialised, "init_process_group"):
            current_group({"WORLD_SIZE": "4"})

    def test_uses_the_initialised_group_over_gloo(self):
        self.install(**fake_torch(SingleProcess()))
        group = current_group({"WORLD_SIZE": "1"})
        self.assertIsInstance(group, TorchGroup)
        self.assertEqual((group.rank, group.world_size, group.all_reduce_max([3, -(2**62)])), (0, 1, [3, -(2**62)]))

    def test_reduces_over_all_ranks(self):
        def act(group):
            torch = TorchGroup.__new__(TorchGroup)
            torch._torch, torch._group = fake_torch(group)["torch"], "gloo"
            return torch.all_reduce_max([group.rank, -group.rank])

        self.assertEqual(run_ranks(3, act), [[2, 0]] * 3)

    def test_a_wrapped_model_is_saved_and_loaded_without_its_wrapper(self):
        modules = fake_torch()
        self.install(**modules)
        wrapped = modules["torch"].nn.parallel.DistributedDataParallel()
        wrapped.module = Part(weight=1)
        state = training_state(7, model=wrapped, optimizer=Part(lr=2))
        self.assertEqual(state, {"step": 7, "model": {"weight": 1}, "optimizer": {"lr": 2}})
        model, optimizer = Part(), Part()
        self.assertEqual(load_training_state(state, model=model, optimizer=optimizer), 7)
        self.assertEqual((model.state, optimizer.state), ({"weight": 1}, {"lr": 2}))


if __name__ == "__main__":
    unittest.main()
