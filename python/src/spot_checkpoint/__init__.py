"""Save a training job, all ranks at the same step, before its spot node is reclaimed."""

from .ack import Ack, Acknowledger, AckRefused, MarkerAck, NoAck
from .agree import ProcessGroup, SingleProcess, StepsDiffer
from .gang import CheckpointFailed
from .huggingface import huggingface_callback, huggingface_resume
from .lightning import lightning_callback, lightning_resume
from .loop import SpotCheckpoint
from .manifest import Checkpoint
from .pod import AnnotationAck, own_pod
from .torch_ddp import NotInitialised, TorchGroup, load_training_state, training_state

__all__ = [
    "Ack",
    "AckRefused",
    "Acknowledger",
    "AnnotationAck",
    "Checkpoint",
    "CheckpointFailed",
    "MarkerAck",
    "NoAck",
    "NotInitialised",
    "ProcessGroup",
    "SingleProcess",
    "SpotCheckpoint",
    "StepsDiffer",
    "TorchGroup",
    "huggingface_callback",
    "huggingface_resume",
    "lightning_callback",
    "lightning_resume",
    "load_training_state",
    "own_pod",
    "training_state",
]
