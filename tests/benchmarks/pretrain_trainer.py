"""transformers' Trainer, as pretrain.py has it train the model that is trained there."""

import statistics
import tempfile
from collections.abc import Callable

import numpy as np
import torch
import transformers
from transformers import BertConfig, BertForPreTraining, Trainer, TrainerCallback, TrainingArguments

from scripts.examples.h5.example_files import Examples
from scripts.pretrain.architectures import model_folder
from scripts.pretrain.loop.micro_batches import order
from tests.benchmarks.pretrain import Measured, begin_memory, finish, first_model


class Rows(torch.utils.data.Dataset):
    """Examples in the order in which ours are read, with their masks, unpadded."""

    def __init__(self, examples: Examples, seed: int, first: int, last: int):
        size = len(examples)
        self.rows = []
        for epoch in range(first // size, (last - 1) // size + 1):
            start, stop = max(first, epoch * size), min(last, (epoch + 1) * size)
            indices = order(seed, epoch, np.arange(start, stop) - epoch * size, size)
            batch = examples.batch(indices, epoch)
            labels = np.full(len(batch.ids), -100)
            labels[batch.masked] = batch.labels
            for k in range(len(indices)):
                part = slice(batch.offsets[k], batch.offsets[k + 1])
                self.rows.append(
                    {
                        "input_ids": torch.from_numpy(batch.ids[part].astype(np.int64)),
                        "token_type_ids": torch.from_numpy(batch.segments[part].astype(np.int64)),
                        "labels": torch.from_numpy(labels[part]),
                        "next_sentence_label": int(batch.next_sentence[k]),
                    }
                )

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict:
        return self.rows[index]


def collate(rows: list[dict]) -> dict:
    """Pad rows to the longest."""
    pad = torch.nn.utils.rnn.pad_sequence
    result = {
        name: pad([row[name] for row in rows], batch_first=True, padding_value=fill)
        for name, fill in (("input_ids", 0), ("token_type_ids", 0), ("labels", -100))
    }
    lengths = torch.tensor([len(row["input_ids"]) for row in rows])
    result["attention_mask"] = (torch.arange(int(lengths.max())) < lengths[:, None]).long()
    result["next_sentence_label"] = torch.tensor([row["next_sentence_label"] for row in rows])
    return result


class Clock(TrainerCallback):
    """Times the steps of a Trainer after the first `warm` ones."""

    def __init__(self, warm: int, now: Callable[[], float]):
        self.warm, self.now, self.step, self.start, self.end = warm, now, 0, 0.0, 0.0

    def on_step_end(self, *_, **__):
        self.step += 1
        if self.step == self.warm:
            self.start = self.now()

    def on_train_end(self, *_, **__):
        self.end = self.now()


class Quiet(Trainer):
    """A Trainer that takes the rows in their order and keeps its losses."""

    kept: list

    def _get_train_sampler(self, *_):
        return torch.utils.data.SequentialSampler(self.train_dataset)

    def compute_loss(self, *args, **kwargs):
        loss = super().compute_loss(*args, **kwargs)
        self.kept.append((loss[0] if isinstance(loss, tuple) else loss).detach())
        return loss


def trainer_side(options, config, examples, device, measured: Measured, now):
    """A function that trains transformers' model for a round."""
    transformers.logging.set_verbosity_error()
    model = BertForPreTraining(BertConfig(**config, attn_implementation="sdpa"))
    state = model_folder.export_state(first_model(config, options.seed).state_dict())
    model.load_state_dict(state, strict=False)
    model.tie_weights()
    plain = {"bias", "LayerNorm"}
    groups = [
        {"params": [], "weight_decay": 0.01},
        {"params": [], "weight_decay": 0.0},
    ]
    for name, parameter in model.named_parameters():
        groups[any(word in name for word in plain)]["params"].append(parameter)
    model.to(device)
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate, eps=1e-6, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    length = options.warm + options.steps
    measured.a_pass = options.trainer_batch_size or options.batch_size

    def take(number: int) -> None:
        first = number * length * options.batch_size
        rows = Rows(examples, options.seed, first, first + length * options.batch_size)
        while True:
            try:
                return train(rows, options.batch_size // measured.a_pass)
            except torch.OutOfMemoryError:
                if measured.a_pass == 1:
                    raise
                measured.a_pass //= 2
            optimizer.zero_grad()
            torch.cuda.empty_cache()

    def train(rows: Rows, passes: int) -> None:
        clock = Clock(options.warm, now)
        with tempfile.TemporaryDirectory() as folder:
            arguments = TrainingArguments(
                folder,
                max_steps=length,
                per_device_train_batch_size=measured.a_pass,
                gradient_accumulation_steps=passes,
                max_grad_norm=1.0,
                bf16=options.precision == "bf16",
                fp16=options.precision == "fp16",
                use_cpu=device.type == "cpu",
                torch_compile=options.compile == "both",
                save_strategy="no",
                logging_strategy="no",
                report_to=[],
                disable_tqdm=True,
                seed=options.seed,
                dataloader_pin_memory=device.type == "cuda",
                dataloader_num_workers=options.loader_workers,
            )
            trainer = Quiet(
                model,
                arguments,
                data_collator=collate,
                train_dataset=rows,
                optimizers=(optimizer, schedule),
                callbacks=[clock],
            )
            trainer.kept = []
            begin_memory(device)
            trainer.train()
        late = rows.rows[options.warm * options.batch_size :]
        tokens = sum(len(row["input_ids"]) for row in late)
        finish(measured, device, tokens, clock.end - clock.start, options.steps)
        values = [value.item() for value in trainer.kept]
        measured.losses += [
            statistics.fmean(values[k : k + passes]) for k in range(0, len(values), passes)
        ]

    return take
