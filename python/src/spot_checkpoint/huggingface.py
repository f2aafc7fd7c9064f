"""A callback for Hugging Face's Trainer. Needs `transformers`, imported only when used."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Optional

from .loop import SpotCheckpoint


def huggingface_callback(spot: SpotCheckpoint) -> Any:
    """A TrainerCallback that has the Trainer save when told to, then makes what it saved durable and complete.

    Give SpotCheckpoint the Trainer's `output_dir` as its root. The Trainer's periodic saves are made complete too;
    `save_total_limit` goes on deciding how many stay.
    """

    class SpotCheckpointCallback(importlib.import_module("transformers").TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            spot.require_ranks(int(args.world_size))

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            if spot.should_save(int(state.global_step)):
                control.should_save = True
                # The Trainer evaluates before it saves; there may not be the time.
                control.should_evaluate = False
            return control

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            step = int(state.global_step)
            spot.seal(step, Path(args.output_dir) / f"checkpoint-{step}")
            return control

    return SpotCheckpointCallback()


def huggingface_resume(spot: SpotCheckpoint) -> Optional[str]:
    """What to give `trainer.train(resume_from_checkpoint=…)`: the newest complete checkpoint, or None. Collective.

    The Trainer's own choice is the highest number, complete or not.
    """
    checkpoint = spot.resume()
    return None if checkpoint is None else str(checkpoint.path)
