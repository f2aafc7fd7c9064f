import source  # noqa: F401 isort: skip
import os
import signal
import types
import unittest
from pathlib import Path

from annotations import write_request
from frameworks import FrameworkTest

from spot_checkpoint import (
    NotInitialised,
    huggingface_callback,
    huggingface_resume,
    lightning_callback,
    lightning_resume,
)


class LightningTrainer:
    """As much of Lightning's Trainer as the callback uses."""

    world_size = 1

    def __init__(self, callback):
        self.callback, self.global_step, self.noticed = callback, 0, []

    def save_checkpoint(self, path):
        Path(path).write_text(str(self.global_step))

    def fit(self, steps, at_step=lambda step: None):
        signal.signal(signal.SIGTERM, lambda number, frame: self.noticed.append(number))
        self.callback.on_train_start(self, None)
        for _ in range(steps):
            self.global_step += 1
            at_step(self.global_step)
            self.callback.on_train_batch_end(self, None, None, None, 0)


class Lightning(FrameworkTest):
    def setUp(self):
        super().setUp()
        module = types.ModuleType("lightning.pytorch")
        module.Callback = type("Callback", (), {})
        self.install(lightning=types.ModuleType("lightning"), lightning__pytorch=module)
        self.base = module.Callback

    def test_saves_through_the_trainer_and_resumes_from_it(self):
        write_request(self.file)
        with self.spot() as spot:
            self.assertIsNone(lightning_resume(spot))
            callback = lightning_callback(spot)
            self.assertIsInstance(callback, self.base)
            LightningTrainer(callback).fit(3)
            self.assertEqual(Path(lightning_resume(spot)).read_text(), "1")

    def test_sigterm_saves_and_exits_143_where_lightning_alone_would_exit_0(self):
        with self.spot() as spot:
            trainer = LightningTrainer(lightning_callback(spot))
            with self.assertRaises(SystemExit) as caught:
                trainer.fit(9, lambda step: os.kill(os.getpid(), signal.SIGTERM) if step == 4 else None)
            self.assertEqual((caught.exception.code, trainer.global_step, trainer.noticed), (143, 4, []))
            self.assertEqual(Path(lightning_resume(spot)).read_text(), "4")

    def test_refuses_ranks_it_does_not_know(self):
        with self.spot() as spot:
            trainer = LightningTrainer(lightning_callback(spot))
            trainer.world_size = 2
            with self.assertRaisesRegex(NotInitialised, "2 ranks"):
                trainer.fit(1)

    def test_names_the_package_that_is_missing(self):
        self.install(lightning__pytorch=None, pytorch_lightning=None)
        with self.spot() as spot, self.assertRaisesRegex(ModuleNotFoundError, "lightning"):
            lightning_callback(spot)


class HuggingFaceTrainer:
    """As much of Hugging Face's Trainer as the callback uses."""

    def __init__(self, callback, output_dir, save_steps=0, world_size=1):
        self.callback, self.save_steps = callback, save_steps
        self.args = types.SimpleNamespace(output_dir=str(output_dir), world_size=world_size)
        self.state = types.SimpleNamespace(global_step=0)

    def train(self, steps, at_step=lambda step: None):
        control = types.SimpleNamespace(should_save=False, should_evaluate=True)
        self.callback.on_train_begin(self.args, self.state, control)
        for _ in range(steps):
            self.state.global_step += 1
            step = self.state.global_step
            at_step(step)
            control.should_save, control.should_evaluate = bool(self.save_steps and step % self.save_steps == 0), True
            control = self.callback.on_step_end(self.args, self.state, control, model=None)
            self.evaluated = control.should_evaluate
            if control.should_save:
                folder = Path(self.args.output_dir) / f"checkpoint-{step}"
                folder.mkdir(parents=True)
                (folder / "model.safetensors").write_text(str(step))
                control = self.callback.on_save(self.args, self.state, control, model=None)


class HuggingFace(FrameworkTest):
    def setUp(self):
        super().setUp()
        module = types.ModuleType("transformers")
        module.TrainerCallback = type("TrainerCallback", (), {})
        self.install(transformers=module)

    def test_has_the_trainer_save_and_makes_it_complete(self):
        write_request(self.file)
        with self.spot() as spot:
            trainer = HuggingFaceTrainer(huggingface_callback(spot), self.root)
            trainer.train(1)
            self.assertFalse(trainer.evaluated)
            trainer.train(2)
            self.assertTrue(trainer.evaluated)
            self.assertEqual(huggingface_resume(spot), str(self.root / "checkpoint-1"))

    def test_passes_over_a_checkpoint_the_trainer_did_not_finish(self):
        with self.spot() as spot:
            HuggingFaceTrainer(huggingface_callback(spot), self.root, save_steps=2).train(4)
            (self.root / "checkpoint-6").mkdir()
            (self.root / "checkpoint-6" / "model.safetensors").write_text("ha")
            self.assertEqual(huggingface_resume(spot), str(self.root / "checkpoint-4"))

    def test_leaves_rotation_to_the_trainer(self):
        with self.spot() as spot:
            HuggingFaceTrainer(huggingface_callback(spot), self.root, save_steps=1).train(5)
        self.assertEqual(len(list(self.root.iterdir())), 5)

    def test_sigterm_saves_and_exits_143(self):
        with self.spot() as spot:
            trainer = HuggingFaceTrainer(huggingface_callback(spot), self.root)
            with self.assertRaises(SystemExit) as caught:
                trainer.train(9, lambda step: os.kill(os.getpid(), signal.SIGTERM) if step == 4 else None)
            self.assertEqual((caught.exception.code, trainer.state.global_step), (143, 4))
            self.assertEqual(huggingface_resume(spot), str(self.root / "checkpoint-4"))

    def test_refuses_ranks_it_does_not_know(self):
        with self.spot() as spot, self.assertRaises(NotInitialised):
            HuggingFaceTrainer(huggingface_callback(spot), self.root, world_size=8).train(1)


if __name__ == "__main__":
    unittest.main()
