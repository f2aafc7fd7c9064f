import places  # noqa: F401 isort: skip
import logging
import os
import signal
import unittest
import warnings

import pytorch_lightning
import torch
from annotations import write_request
from frameworks import FrameworkTest

from spot_checkpoint import lightning_callback, lightning_resume

logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="pytorch_lightning")
STEPS_PER_EPOCH = 6


class Model(pytorch_lightning.LightningModule):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layer = torch.nn.Linear(4, 2)

    def training_step(self, batch, batch_idx):
        return self.layer(batch).square().mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.1)

    def train_dataloader(self):
        return Resumable(torch.randn(STEPS_PER_EPOCH, 4, generator=torch.Generator().manual_seed(2)))


class Resumable(torch.utils.data.DataLoader):
    """A loader that knows its place in the epoch, as Lightning asks of one to resume within it."""

    given = skipped = 0

    def __iter__(self):
        skipped, self.skipped = self.skipped, 0
        for self.given, batch in enumerate(super().__iter__(), 1):
            if self.given > skipped:
                yield batch

    def state_dict(self):
        return {"given": self.given % STEPS_PER_EPOCH}

    def load_state_dict(self, state):
        self.skipped = state["given"]


class AtStep(pytorch_lightning.Callback):
    """Something happens during one step."""

    def __init__(self, step, happen):
        self.step, self.happen = step, happen

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        if trainer.global_step == self.step - 1:
            self.happen()


class Crash(Exception):
    """Not an orderly end: nothing is saved."""


def crash():
    raise Crash


class Lightning(FrameworkTest):
    """With the real Trainer."""

    def fit(self, callbacks, resume=None):
        quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
        trainer = pytorch_lightning.Trainer(
            max_epochs=3, accelerator="cpu", enable_checkpointing=False, callbacks=callbacks, **quiet
        )
        model = Model()
        trainer.fit(model, ckpt_path=resume)
        return trainer.global_step, model.layer.weight.detach()

    def assert_resumes_like_undisturbed(self, at):
        _, undisturbed = self.fit([])
        with self.spot() as spot:
            resume = lightning_resume(spot)
            self.assertEqual(torch.load(resume, weights_only=False)["global_step"], at)
            steps, weights = self.fit([lightning_callback(spot)], resume)
        self.assertEqual(steps, 3 * STEPS_PER_EPOCH)
        self.assertTrue(torch.equal(weights, undisturbed))

    def test_saves_on_request_and_trains_on(self):
        write_request(self.file)
        with self.spot() as spot, self.assertRaises(Crash):
            self.fit([lightning_callback(spot), AtStep(4, crash)])
        self.assert_resumes_like_undisturbed(at=1)

    def test_saves_at_the_end_of_every_epoch(self):
        with self.spot() as spot, self.assertRaises(Crash):
            self.fit([lightning_callback(spot), AtStep(STEPS_PER_EPOCH + 4, crash)])
        self.assert_resumes_like_undisturbed(at=STEPS_PER_EPOCH)

    def test_sigterm_saves_that_step_and_exits_143(self):
        self.assert_saves_on_sigterm(at=STEPS_PER_EPOCH + 2)

    def test_sigterm_at_the_last_step_of_an_epoch_saves_that_step(self):
        self.assert_saves_on_sigterm(at=2 * STEPS_PER_EPOCH)

    def assert_saves_on_sigterm(self, at):
        terminate = AtStep(at, lambda: os.kill(os.getpid(), signal.SIGTERM))
        with self.spot() as spot, self.assertRaises(SystemExit) as caught:
            self.fit([lightning_callback(spot), terminate])
        self.assertEqual(caught.exception.code, 143)
        self.assert_resumes_like_undisturbed(at)


if __name__ == "__main__":
    unittest.main()
