"""What tells of a training, and decides no weight: `scripts/pretrain/pretrain.py` has it in no digest.

Nothing of it returns a value to those that decide, but the journal's state, for checkpoints.
"""
