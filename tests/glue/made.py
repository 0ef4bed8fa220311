"""Small task folders in the official layouts, and a small model folder."""

import json
import random
from pathlib import Path

from scripts.glue.scores import finished_runs
from scripts.glue.tasks.official_tasks import OFFICIAL, diagnostic
from scripts.glue.tasks.task import Task

GOOD, BAD = ["fine", "warm", "kind", "bright"], ["poor", "cold", "cruel", "dull"]
NEUTRAL = ["house", "river", "king", "song", "stone", "road", "ship", "tree"]
WORDS = [*GOOD, *BAD, *NEUTRAL]

SETTINGS = {"learning_rate": 2e-5, "batch_size": 32, "epochs": 3.0}

LAYOUTS = {
    ("CoLA", "train"): (None, "x\t{label}\t*\t{0}"),
    ("CoLA", "test"): ("index\tsentence", "{index}\t{0}"),
    ("SST-2", "train"): ("sentence\tlabel", "{0}\t{label}"),
    ("SST-2", "test"): ("index\tsentence", "{index}\t{0}"),
    ("MRPC", "train"): (
        "\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String",
        "{label}\t1{index}\t2{index}\t{0}\t{1}",
    ),
    ("MRPC", "test"): (
        "\ufeffindex\t#1 ID\t#2 ID\t#1 String\t#2 String",
        "{index}\t1{index}\t2{index}\t{0}\t{1}",
    ),
    ("STS-B", "train"): (
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore",
        "{index}\tg\tf\t2012\t1\tnone\tnone\t{0}\t{1}\t{label}",
    ),
    ("STS-B", "test"): (
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2",
        "{index}\tg\tf\t2012\t1\tnone\tnone\t{0}\t{1}",
    ),
    ("QQP", "train"): (
        "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate",
        "{index}\t1\t2\t{0}\t{1}\t{label}",
    ),
    ("QQP", "test"): ("id\tquestion1\tquestion2", "{index}\t{0}\t{1}"),
    ("MNLI", "train"): (
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"
        "sentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label",
        "{index}\tp\tq\tg\tb\tb\tp\tp\t{0}\t{1}\t{label}\t{label}",
    ),
    ("MNLI", "dev"): (
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"
        "sentence1_parse\tsentence2_parse\tsentence1\tsentence2\tlabel1\tlabel2\tlabel3\tlabel4\t"
        "label5\tgold_label",
        "{index}\tp\tq\tg\tb\tb\tp\tp\t{0}\t{1}\tneutral\tneutral\tneutral\tneutral\tneutral\t"
        "{label}",
    ),
    ("MNLI", "test"): (
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\t"
        "sentence1_parse\tsentence2_parse\tsentence1\tsentence2",
        "{index}\tp\tq\tg\tb\tb\tp\tp\t{0}\t{1}",
    ),
    ("QNLI", "train"): ("index\tquestion\tsentence\tlabel", "{index}\t{0}\t{1}\t{label}"),
    ("QNLI", "test"): ("index\tquestion\tsentence", "{index}\t{0}\t{1}"),
    ("RTE", "train"): ("index\tsentence1\tsentence2\tlabel", "{index}\t{0}\t{1}\t{label}"),
    ("RTE", "test"): ("index\tsentence1\tsentence2", "{index}\t{0}\t{1}"),
    ("WNLI", "train"): ("index\tsentence1\tsentence2\tlabel", "{index}\t{0}\t{1}\t{label}"),
    ("WNLI", "test"): ("index\tsentence1\tsentence2", "{index}\t{0}\t{1}"),
    ("AX", "test"): ("index\tsentence1\tsentence2", "{index}\t{0}\t{1}"),
}


def layout(task: str, split: str) -> tuple[str | None, str]:
    """The header and the form of a line."""
    return LAYOUTS.get((task, split)) or LAYOUTS[task, "train"]


def sentence(rng: random.Random, mood: list[str]) -> str:
    """A few words, one of which tells the mood."""
    words = [*rng.sample(NEUTRAL, rng.randint(1, 5)), rng.choice(mood)]
    return " ".join(rng.sample(words, len(words)))


def example(rng: random.Random, task: Task) -> tuple[list[str], str]:
    """Texts and a label that can be learnt: which moods the texts are in."""
    moods = [rng.random() < 0.5 for _ in task.texts]
    texts = [sentence(rng, GOOD if mood else BAD) for mood in moods]
    if not task.labels:
        return texts, f"{5.0 * moods[0]:.3f}"
    return texts, task.labels[moods[0] + (len(task.labels) == 3 and not moods[1])]


def write_task(folder: Path, name: str, train: int = 24, dev: int = 12, test: int = 6) -> Path:
    """Write all official files of a task below `folder`."""
    task = OFFICIAL[name]
    for split, rows in (("train", train), ("dev", dev), ("test", test)):
        for file in task.files(split).values():
            write_file(folder / name / file, task, split, rows)
    return folder / name


def write_file(path: Path, task: Task, split: str, rows: int) -> None:
    """Write one file of a task."""
    rng = random.Random(path.name + task.name)
    header, form = layout(task.name, split)
    lines = [] if header is None else [header]
    for index in range(rows):
        texts, label = example(rng, task)
        lines.append(form.format(*texts, index=index, label=label))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_diagnostic(folder: Path, rows: int = 6) -> None:
    """Write AX/AX.tsv below `folder`."""
    task = diagnostic()
    path = folder / "AX" / "AX.tsv"
    write_file(path, task, "test", rows)


def write_model(folder: Path, extra: tuple[str, ...] = (), **config) -> Path:
    """Write a small random BERT that knows the words above, in the form that pretraining exports."""
    import torch
    from transformers import BertConfig, BertForPreTraining, BertTokenizer

    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*specials, *WORDS, *extra, *(f"##{letter}" for letter in "abcdefgh")]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")
    BertTokenizer.from_pretrained(str(folder)).save_pretrained(str(folder))
    torch.manual_seed(7)
    shape = {
        "vocab_size": len(pieces),
        "hidden_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 64,
    }
    BertForPreTraining(BertConfig(**shape | config)).save_pretrained(str(folder))
    return folder


def write_run(folder, task, seed, wrong=0, rows=20, init_from=None, settings=None, labels=None):
    """Write a finished run's files: the last `wrong` of `rows` dev predictions are wrong."""
    official = OFFICIAL.get(task)
    parts = official.parts if official else ("",)
    labels = labels or (official.labels if official else ("a", "b"))
    names = official.metric_names(parts) if official else [("accuracy", "", "accuracy")]
    lines = ["part\tindex\tlabel\tprediction\tlogits"]
    for part in parts:
        for index in range(rows):
            if labels:
                gold = labels[index % len(labels)]
                other = labels[(index + 1) % len(labels)]
                cells = [gold, other if index >= rows - wrong else gold]
            else:
                cells = [str(index), str(-index if index >= rows - wrong else index)]
            lines.append("\t".join([part, str(index), *cells, "0"]))
    value = (rows - wrong) / rows
    folder.mkdir(parents=True)
    (folder / "dev.tsv").write_text("\n".join(lines) + "\n")
    (folder / "curve.tsv").write_text("step\tepoch\tquantity\tvalue\n5\t1\ttrain_loss\t0.5\n")
    report = {
        "task": task,
        "init_from": init_from,
        "seed": seed,
        "score": value,
        "metrics": {name: value for name, _, _ in names},
        "majority": {name: 0.5 for name, _, _ in names},
        "dev_examples": {name: rows for name, _, _ in names},
        "labels": list(labels),
        "settings": settings or SETTINGS,
    }
    (folder / "metrics.json").write_text(json.dumps(report))
    return finished_runs.read([folder / "metrics.json"])[0]
