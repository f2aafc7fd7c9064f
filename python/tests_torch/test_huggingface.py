import places  # noqa: F401 isort: skip
import os
import signal
import unittest

import torch
import transformers
from annotations import write_request
from frameworks import FrameworkTest

from spot_checkpoint import huggingface_callback, huggingface_resume

transformers.logging.set_verbosity_error()
STEPS_PER_EPOCH = 6


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layer = torch.nn.Linear(4, 2)

    def forward(self, inputs):
        return {"loss": self.layer(inputs).square().mean()}


class Samples(torch.utils.data.Dataset):
    def __len__(self):
        return STEPS_PER_EPOCH

    def __getitem__(self, index):
        return {"inputs": torch.randn(4, generator=torch.Generator().manual_seed(index))}


class AtStep(transformers.TrainerCallback):
    """Something happens during one step."""

    def __init__(self, step, happen):
        self.step, self.happen = step, happen

    def on_step_begin(self, args, state, control, **_):
        if state.global_step == self.step - 1:
            self.happen()


class HuggingFace(FrameworkTest):
    """With the real Trainer."""

    def train(self, callbacks, resume=None, output=None):
        arguments = transformers.TrainingArguments(
            output_dir=str(output or self.root),
            num_train_epochs=3,
            per_device_train_batch_size=1,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            logging_strategy="no",
            use_cpu=True,
        )
        trainer = transformers.Trainer(Model(), arguments, train_dataset=Samples(), callbacks=callbacks)
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train(resume_from_checkpoint=resume)
        return trainer.state.global_step, trainer.model.layer.weight.detach()

    def assert_resumes_like_undisturbed(self, at):
        _, undisturbed = self.train([], output=self.root.parent / "undisturbed")
        with self.spot() as spot:
            resume = huggingface_resume(spot)
            self.assertEqual(resume, str(self.root / f"checkpoint-{at}"))
            steps, weights = self.train([huggingface_callback(spot)], resume)
        self.assertEqual(steps, 3 * STEPS_PER_EPOCH)
        self.assertTrue(torch.equal(weights, undisturbed))

    def test_saves_on_request_and_trains_on(self):
        write_request(self.file)
        with self.spot() as spot:
            steps, _ = self.train([huggingface_callback(spot)])
        self.assertEqual(steps, 3 * STEPS_PER_EPOCH)
        self.assert_resumes_like_undisturbed(at=1)

    def test_sigterm_saves_that_step_and_exits_143(self):
        self.assert_saves_on_sigterm(at=STEPS_PER_EPOCH + 2)

    def test_sigterm_at_the_last_step_of_an_epoch_saves_that_step(self):
        self.assert_saves_on_sigterm(at=2 * STEPS_PER_EPOCH)

    def assert_saves_on_sigterm(self, at):
        terminate = AtStep(at, lambda: os.kill(os.getpid(), signal.SIGTERM))
        with self.spot() as spot, self.assertRaises(SystemExit) as caught:
            self.train([huggingface_callback(spot), terminate])
        self.assertEqual(caught.exception.code, 143)
        self.assert_resumes_like_undisturbed(at)


if __name__ == "__main__":
    unittest.main()
