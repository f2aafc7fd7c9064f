"""A callback for Lightning's Trainer. Needs `lightning` or `pytorch_lightning`, imported only when used."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Optional

from .loop import SpotCheckpoint

_FILE = "lightning.ckpt"


def lightning_callback(spot: SpotCheckpoint) -> Any:
    """A Callback that saves with `trainer.save_checkpoint` when told to, and at the end of every epoch.

    Create it inside `with SpotCheckpoint(…)`.

    Lightning's own SIGTERM handler stops each rank on its own and exits 0, so the callback takes SIGTERM from it.
    """

    class SpotCheckpointCallback(_callback_class()):  # type: ignore[misc]
        def on_train_start(self, trainer: Any, pl_module: Any) -> None:
            spot.require_ranks(int(trainer.world_size))
            spot.take_sigterm()

        def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
            if spot.should_save(int(trainer.global_step)):
                self._save(trainer)

        def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
            self._save(trainer)

        def _save(self, trainer: Any) -> None:
            def write(directory: Path) -> None:
                trainer.save_checkpoint(str(directory / _FILE))

            spot.save_files(int(trainer.global_step), write)

    return SpotCheckpointCallback()


def lightning_resume(spot: SpotCheckpoint) -> Optional[str]:
    """What to give `trainer.fit(…, ckpt_path=…)`: the newest complete checkpoint, or None. Collective."""
    checkpoint = spot.resume()
    return None if checkpoint is None else str(Path(checkpoint.path) / _FILE)


def _callback_class() -> Any:
    for name in ("lightning.pytorch", "pytorch_lightning"):
        try:
            return importlib.import_module(name).Callback
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split(".")[0] != name.split(".")[0]:
                raise
    raise ModuleNotFoundError("lightning_callback needs the package lightning or pytorch_lightning", name="lightning")
