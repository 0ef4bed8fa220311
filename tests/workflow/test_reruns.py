"""What a change on a finished run invalidates: exactly the jobs that depend on it.

Each row of the tables names a change and the jobs that must run again. A key of the config without a
row fails `test_every_key_has_a_row`.
"""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from scripts.common.text import read_lines
from tests.runs import ROOT, SMALL, call, digest, planned, snakemake

DEFAULTS = yaml.safe_load((ROOT / "config/config.yaml").read_text())


@pytest.fixture
def run(finished_run, tmp_path) -> Path:
    """A copy of a finished run that a test may change, times and all."""
    folder = tmp_path / "run"
    shutil.copytree(finished_run, folder, symlinks=True)
    return folder


def set_key(folder: Path, key: str, value) -> None:
    """Set a dotted key of the run's config."""
    path = folder / SMALL
    config = yaml.safe_load(path.read_text())
    part = config
    *parents, last = key.split(".")
    for name in parents:
        part = part.setdefault(name, {})
    part[last] = value
    path.write_text(yaml.safe_dump(config))


def test_a_finished_run_has_nothing_to_do(run):
    assert planned(run) == Counter()


def jobs(*groups: Counter, **counts: int) -> Counter:
    """Counts of jobs by rule, from other counts and single rules."""
    return sum(groups, Counter(counts))


# The jobs of the small run, each group with all that follows from it.
TABLE = jobs(collect_results=1, plot_glue=1, plot_finetuning=1, plot_confusions=1)
ALL_FINETUNE = jobs(TABLE, finetune=3)
ONE_PHASE = jobs(pretrain=1, describe_model=1, write_events=1)
LAST_PHASE = jobs(ALL_FINETUNE, ONE_PHASE, plot_pretraining=1)
PRETRAIN = jobs(LAST_PHASE, ONE_PHASE)
EXAMPLES = jobs(PRETRAIN, build_examples=6, describe_corpus=1)
TOKENS = jobs(EXAMPLES, tokenize_shard=3)
VOCAB = jobs(TOKENS, train_vocab=1)
SHARDS = jobs(VOCAB, shard_corpus=1)
ASSIGNED = jobs(SHARDS, assign_documents=1, place_documents=2)
SENTENCES = jobs(ASSIGNED, split_sentences=2)
ARTICLES = jobs(SENTENCES, extract_articles=2)
FETCH = Counter({f"fetch_glue_{task}": 1 for task in ("AX", "CoLA", "MNLI", "STS_B")})
SAMPLE = jobs(ARTICLES, FETCH, make_sample=1)
NOTHING = jobs()
ONE_TASK = jobs(TABLE, finetune=1)

# A new value for each key of the config, and what it invalidates.
KEYS = {
    "seed": (43, SAMPLE),
    "track_versions": (["spacy"], SENTENCES),
    "keep_intermediates": (False, NOTHING),
    "corpus.sample.articles": (220, SAMPLE),
    "corpus.wikipedia.wiki": ("dewiki", NOTHING),
    "corpus.wikipedia.date": ("20250101", NOTHING),
    "corpus.wikipedia.mirror": ("https://example.org", NOTHING),
    "corpus.wikipedia.parts": ([1], NOTHING),
    "corpus.range_mb": (1, NOTHING),
    "corpus.text.documents": ("file", NOTHING),
    "corpus.extract.lists": ("drop", ARTICLES),
    "corpus.extract.min_words": (30, ARTICLES),
    "corpus.extract.max_failed": (0.5, ARTICLES),
    "corpus.sentences.model": ("en_core_web_sm", SENTENCES),
    "corpus.deduplicate": ("near", jobs(ASSIGNED, sign_documents=2)),
    "corpus.near.bands": (30, NOTHING),
    "corpus.near.rows": (5, NOTHING),
    "corpus.decontaminate": (True, jobs(ASSIGNED, find_contamination=2, collect_evaluation=1)),
    "corpus.shards": (3, jobs(ASSIGNED, tokenize_shard=1, build_examples=2)),
    "corpus.validation_fraction": (0.03, ASSIGNED),
    "vocab.size": (900, VOCAB),
    "vocab.lowercase": (False, VOCAB),
    "vocab.sample_mb": (50, VOCAB),
    "vocab.max_length": (256, VOCAB),
    "examples.masking": ("static", EXAMPLES),
    "examples.mlm_probability": (0.2, EXAMPLES),
    "examples.max_predictions": (20, EXAMPLES),
    "examples.whole_word": (True, EXAMPLES),
    "examples.next_sentence": (False, EXAMPLES),
    "examples.short_fraction": (0.2, EXAMPLES),
    "examples.join_documents": (True, EXAMPLES),
    "examples.duplicates": (2, EXAMPLES),
    "pretrain.model": ("config/models/bert-small.json", PRETRAIN),
    "pretrain.initial_weights": ("bert", PRETRAIN),
    "pretrain.seeds": ([7], PRETRAIN),
    "pretrain.precision": ("bf16", PRETRAIN),
    "pretrain.cpu_threads": (1, PRETRAIN),
    "pretrain.micro_batch_tokens": (4096, PRETRAIN),
    "pretrain.recompute": (True, PRETRAIN),
    "pretrain.deterministic": (True, PRETRAIN),
    "pretrain.compile": ("never", PRETRAIN),
    "pretrain.flash_attention": (3, PRETRAIN),
    "pretrain.fp8": (True, PRETRAIN),
    "pretrain.gpus": (2, NOTHING),
    "pretrain.nodes": (2, NOTHING),
    "pretrain.sharded": (True, NOTHING),
    "pretrain.log_steps": (5, NOTHING),
    "pretrain.validate_steps": (5, NOTHING),
    "pretrain.validation_examples": (256, NOTHING),
    "pretrain.checkpoint_minutes": (1, NOTHING),
    "pretrain.checkpoint_steps": (3, NOTHING),
    "pretrain.checkpoints": (5, NOTHING),
    "pretrain.keep_checkpoints": (True, NOTHING),
    "pretrain.runtime": (60, NOTHING),
    "glue.mirror": ("https://example.org", NOTHING),
    "glue.checksums": ({"RTE.zip": "0" * 64}, NOTHING),
    "glue.tasks": (["CoLA", "MNLI", "STS-B", "RTE"], jobs(TABLE, fetch_glue_RTE=1, finetune=1)),
    "glue.seeds": ([1, 2], jobs(TABLE, finetune=3)),
    "glue.from_mnli": (["STS-B"], jobs(TABLE, finetune_mnli=1, finetune=1)),
    "glue.cpu_threads": (2, ALL_FINETUNE),
    "glue.gpus": (0, NOTHING),
    "glue.finetune.learning_rate": (1.0e-4, ALL_FINETUNE),
    "glue.finetune.batch_size": (16, ALL_FINETUNE),
    "glue.finetune.epochs": (3, ALL_FINETUNE),
    "glue.finetune.warmup": (0.2, ALL_FINETUNE),
    "glue.finetune.weight_decay": (0.0, ALL_FINETUNE),
    "glue.finetune.max_length": (64, ALL_FINETUNE),
    "glue.finetune.keep": ("best", ALL_FINETUNE),
    "glue.finetune.precision": ("bf16", ALL_FINETUNE),
    "glue.per_task": ({"STS-B": {"epochs": 5}}, ONE_TASK),
}
# Keys that stand for other inputs, which tests of their own have.
ELSEWHERE = {  # test_what_is_given_is_not_made, test_a_part_of_the_corpus, and those of phases
    "corpus.source", "corpus.paths", "vocab.path", "examples.paths", "pretrain.init",
    "pretrain.phases", "glue.source", "glue.path", "glue.model",
}  # fmt: skip


def leaves(part: dict, prefix: str = ""):
    for key, value in part.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


@pytest.mark.parametrize("value", [1, 2])
def test_how_many_nodes_train_on_cpus_is_a_setting(run, value):
    set_key(run, "pretrain.gpus", 0)
    assert planned(run) == NOTHING
    set_key(run, "pretrain.nodes", value)
    assert planned(run) == (PRETRAIN if value > 1 else NOTHING)


def test_several_pretrainings_are_trained_and_finetuned_each(run):
    set_key(run, "pretrain.seeds", [1, 2, 3])
    each = ("pretrain", "finetune", "describe_model", "write_events")
    assert planned(run) == PRETRAIN | Counter({rule: 3 * PRETRAIN[rule] for rule in each})


def test_every_key_has_a_row():
    assert set(leaves(DEFAULTS)) == KEYS.keys() | ELSEWHERE


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [*((key, *row) for key, row in KEYS.items()), ("corpus.deduplicate", "none", ASSIGNED)],
)
def test_a_key_of_the_config_invalidates_its_consumers(run, key, value, expected):
    set_key(run, key, value)
    assert planned(run) == expected


@pytest.mark.parametrize(
    ("phase", "change", "expected"),
    [
        (0, {"steps": 13}, PRETRAIN),
        (0, {"learning_rate": 2.0e-3}, PRETRAIN),
        (1, {"steps": 5}, LAST_PHASE),
        (1, {"batch_size": 2}, LAST_PHASE),
        (1, {"warmup": 0.2}, LAST_PHASE),
        (1, {"dropout": 0.2}, LAST_PHASE),
        (1, {"optimizer": "lamb"}, LAST_PHASE),
        (0, {"seq_length": 48}, jobs(PRETRAIN, build_examples=3, describe_corpus=1)),
        (1, {"seq_length": 96}, jobs(LAST_PHASE, build_examples=3, describe_corpus=1)),
        (1, {"name": "later"}, jobs(LAST_PHASE, build_examples=3, describe_corpus=1)),
    ],
)
def test_a_key_of_a_phase_invalidates_it_and_what_follows(run, phase, change, expected):
    phases = yaml.safe_load((run / SMALL).read_text())["pretrain"]["phases"]
    phases[phase] |= change
    set_key(run, "pretrain.phases", phases)
    assert planned(run) == expected


SPLITTER = "scripts/corpus/split_sentences.py"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("scripts/corpus/shard_corpus.py", '"""', '"""Other words. ', NOTHING),
        (
            "scripts/corpus/shard_corpus.py",
            "from pathlib import Path\n",
            "# why\nfrom pathlib import Path  # this\n",
            NOTHING,
        ),
        ("scripts/common/atomic.py", "\n\n\ndef ", "\n\n\n\n# a note\ndef ", NOTHING),
        ("rules/corpus.smk", "rule shard_corpus:", "# all parts\nrule shard_corpus:", NOTHING),
        ("config/config.yaml", "corpus:", "# the text\ncorpus:", NOTHING),
        ("README.md", "dump2glue", "dump to glue", NOTHING),
        ("scripts/workflow/why.py", "Nothing would run", "Nothing will run", NOTHING),
        (SPLITTER, "main = cli.step(", "SAID = 1\nmain = cli.step(", SENTENCES),
        ("scripts/corpus/sentences/boundaries.py", '"""\n', '"""\nMORE = 1\n', SENTENCES),
        ("scripts/corpus/sentences/word_lists.yaml", "mr mrs", "mister mrs", SENTENCES),
        (
            "scripts/corpus/shard_corpus.py",
            "join_frames(own, file)",
            "join_frames(dict(own), file)",
            SHARDS,
        ),
        ("scripts/examples/build_examples.py", '"""\n', '"""\nMORE = 1\n', EXAMPLES),
        ("scripts/pretrain/optimizers/lamb.py", '"""\n', '"""\nMORE = 1\n', PRETRAIN),
        ("scripts/pretrain/loop/guard.py", "PATIENCE = 3", "PATIENCE = 4", PRETRAIN),
        ("scripts/pretrain/loop/training_run.py", '"resumed at', '"went on at', NOTHING),
        ("scripts/pretrain/telling/journal.py", '"""\n', '"""\nMORE = 1\n', NOTHING),
        ("scripts/pretrain/telling/metrics.py", '"""\n', '"""\nMORE = 1\n', NOTHING),
        ("scripts/common/code.py", "entered", "begun", NOTHING),
        (
            "scripts/pretrain/telling/events.py",
            '"""\n',
            '"""\nMORE = 1\n',
            jobs(write_events=2),
        ),
        ("scripts/report/model_card.md", "## Use", "## How to use it", jobs(describe_model=2)),
        (
            "scripts/report/describe_model.py",
            "title = config",
            "name = config",
            jobs(describe_model=2),
        ),
        ("scripts/glue/finetuning/trainer.py", '"""\n', '"""\nMORE = 1\n', ALL_FINETUNE),
        ("scripts/glue/scores/intervals.py", '"""\n', '"""\nMORE = 1\n', TABLE),
        ("scripts/report/plot_glue.py", '"""\n', '"""\nMORE = 1\n', jobs(plot_glue=1)),
        ("scripts/report/plot_confusions.py", "shares = ", "parts = ", jobs(plot_confusions=1)),
        ("scripts/workflow/estimates.yaml", "fill: 0.9", "fill: 0.8", NOTHING),
        ("profiles/default/config.yaml", "printshellcmds: false", "printshellcmds: true", NOTHING),
        ("scripts/common/errors.py", '"""\n', '"""\nMORE = 1\n', SAMPLE),
        ("config/models/bert-tiny.json", '"hidden_size": 128', '"hidden_size": 64', PRETRAIN),
        ("config/models/bert-tiny.json", "{\n", "{\n\n\n", NOTHING),
        ("config/models/bert-base.json", '"hidden_size": 768', '"hidden_size": 64', NOTHING),
    ],
)
def test_an_edit_invalidates_what_is_made_of_it(run, file, old, new, expected):
    path = run / file
    text = path.read_text()
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1))
    assert planned(run) == expected


def test_a_module_that_moves_with_its_importers_edited_invalidates_nothing(run):
    package = run / "scripts/common/mistakes"
    package.mkdir()
    (package / "__init__.py").write_text('"""What a user can mend."""\n')
    (run / "scripts/common/errors.py").rename(package / "user_error.py")
    for path in [*run.glob("scripts/**/*.py"), *run.glob("rules/**/*.smk")]:
        text = path.read_text()
        path.write_text(text.replace("scripts.common.errors", "scripts.common.mistakes.user_error"))
    (run / "scripts/report/describe_corpus.py").rename(run / "scripts/report/count_corpus.py")
    rules = run / "rules/report.smk"
    rules.write_text(
        rules.read_text().replace("report/describe_corpus.py", "report/count_corpus.py")
    )
    assert planned(run) == NOTHING


def test_the_order_of_keys_means_nothing(run):
    config = yaml.safe_load((run / SMALL).read_text())
    text = yaml.safe_dump(dict(reversed(config.items())), sort_keys=False)
    (run / SMALL).write_text(text)
    assert planned(run) == NOTHING


def test_times_mean_nothing(run):
    for number, path in enumerate(sorted(run.rglob("*"))):
        if ".snakemake" not in path.parts:
            os.utime(path, (2_000_000_000 - number, 2_000_000_000 - number), follow_symlinks=False)
    assert planned(run) == NOTHING


@pytest.mark.parametrize("words", [["--cores", "7"], ["--profile", "slurm"], ["--jobs", "3"]])
def test_the_number_of_cores_and_the_executor_mean_nothing(run, words):
    assert planned(run, *words) == NOTHING


def test_a_copy_with_new_times_in_another_clone_is_up_to_date(finished_run, tmp_path):
    folder = tmp_path / "another clone"
    shutil.copytree(finished_run, folder, symlinks=True, copy_function=shutil.copyfile)
    assert planned(folder) == NOTHING


def test_a_checkout_away_and_back_means_nothing(run):
    def git(*words: str) -> None:
        settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *settings, *words], cwd=run, check=True, capture_output=True)

    git("init", "-b", "here")
    git("add", "scripts", "rules", "config", "Snakefile", "tests")
    git("commit", "-m", "here")
    git("checkout", "-b", "away")
    step = run / SPLITTER
    step.write_text(step.read_text() + "MORE = 1\n")
    git("commit", "-a", "-m", "away")
    assert planned(run) == SENTENCES
    git("checkout", "here")
    assert planned(run) == NOTHING


DUMP = "results/sample/dump"


def test_a_part_of_the_corpus_added_changed_or_removed(run):
    """The sample's own dump, taken as the user's, has the same jobs."""
    paths = [f"{DUMP}/sample1.xml.bz2", f"{DUMP}/sample2.xml.bz2"]
    set_key(run, "corpus.source", "dump")
    set_key(run, "corpus.paths", paths)
    assert planned(run) == NOTHING
    set_key(run, "corpus.paths", paths[:1])
    assert planned(run) == jobs(SHARDS, assign_documents=1, place_documents=1)
    shutil.copy(run / paths[0], run / "more.xml.bz2")
    set_key(run, "corpus.paths", [*paths, "more.xml.bz2"])
    one_part = jobs(ASSIGNED, extract_articles=1, split_sentences=1)
    assert planned(run) == jobs(one_part, place_documents=1)
    set_key(run, "corpus.paths", paths)
    shutil.copyfile(run / paths[1], run / paths[0])
    assert planned(run) == one_part


@pytest.mark.parametrize("source", ["dump", "articles"])
def test_files_cut_into_ranges_give_the_same_shards(run, source):
    shards = sorted((run / "results/corpus/shards").rglob("*.zst"))
    before = [digest(path) for path in shards]
    paths = [f"{DUMP}/sample1.xml.bz2", f"{DUMP}/sample2.xml.bz2"]
    if source == "articles":
        parts = sorted((run / "results/corpus/articles").glob("*.jsonl.zst"))
        text = "".join(
            line for part in parts for line in (f"{line}\n" for line in read_lines(part) if line)
        )
        paths = ["all.jsonl"]
        (run / paths[0]).write_text(text, newline="")
    set_key(run, "corpus.source", source)
    set_key(run, "corpus.paths", paths)
    size = (run / paths[0]).stat().st_size
    set_key(run, "corpus.range_mb", (size / 4.5) / 1e6)
    assert planned(run)["split_sentences"] >= 5
    snakemake(run, "--cores", "2", *(str(path.relative_to(run)) for path in shards))
    assert [digest(path) for path in shards] == before


def test_other_bands_of_near_duplicates_sign_the_documents_anew(run):
    set_key(run, "corpus.deduplicate", "near")
    signatures = [f"results/corpus/signatures/sample{part}.npy" for part in (1, 2)]
    snakemake(run, "--cores", "2", *signatures)
    assert planned(run, *signatures) == NOTHING
    for key, value in (("corpus.near.bands", 30), ("corpus.near.rows", 5)):
        set_key(run, key, value)
        assert planned(run, *signatures) == jobs(sign_documents=2)
        set_key(run, key, DEFAULTS["corpus"]["near"][key.split(".")[-1]])


def test_an_older_file_over_an_input_and_a_link_elsewhere_are_noticed(run):
    """Snakemake itself looks at times alone, and at a file again only where its time is later."""
    articles = "results/corpus/articles/mine.jsonl.zst"
    (run / "v1").mkdir()
    (run / "v2").mkdir()
    for version, part in (("v1", 1), ("v2", 2)):
        shutil.copy(
            run / f"results/sample/dump/sample{part}.xml.bz2", run / version / "mine.xml.bz2"
        )
        os.utime(run / version / "mine.xml.bz2", (1e9, 1e9))
    (run / "current").symlink_to("v1")
    set_key(run, "corpus.source", "dump")
    set_key(run, "corpus.paths", ["current/mine.xml.bz2"])
    snakemake(run, "--cores", "1", articles)
    assert planned(run, articles) == NOTHING
    (run / "current").unlink()
    (run / "current").symlink_to("v2")
    assert planned(run, articles) == jobs(extract_articles=1)
    shutil.copy2(run / "v1/mine.xml.bz2", run / "v2/mine.xml.bz2")
    assert planned(run, articles) == NOTHING


def test_what_is_given_is_not_made(run):
    shutil.copytree(run / "results/pretrain/long", run / "given")
    shutil.copytree(run / "results/examples", run / "given_examples")
    examples = {
        phase: {
            split: [f"given_examples/{phase}/{split}/0000.h5"] for split in ("train", "validation")
        }
        for phase in ("short", "long")
    }
    small = (run / SMALL).read_text()
    for keys, expected in (
        ({"glue.model": "given"}, ALL_FINETUNE),
        ({"glue.source": "folder", "glue.path": "results/sample/glue"}, TABLE),
        ({"pretrain.init": "given"}, jobs(TOKENS, import_vocab=1)),
        ({"vocab.path": "given/vocab.txt"}, jobs(TOKENS, import_vocab=1)),
        (
            {"vocab.path": "given/vocab.txt", "examples.paths": examples},
            jobs(PRETRAIN, import_vocab=1, import_examples=4, describe_corpus=1),
        ),
    ):
        (run / SMALL).write_text(small)
        for key, value in keys.items():
            set_key(run, key, value)
        assert planned(run) == expected, keys


def test_a_task_or_a_seed_less_leaves_the_others_alone(run):
    set_key(run, "glue.tasks", ["CoLA", "MNLI"])
    assert planned(run) == TABLE


def test_a_key_given_its_default_means_nothing(run):
    set_key(run, "examples.mlm_probability", DEFAULTS["examples"]["mlm_probability"])
    set_key(run, "glue.finetune.warmup", DEFAULTS["glue"]["finetune"]["warmup"])
    assert planned(run) == NOTHING


def test_without_a_memory_of_the_past_times_decide(run):
    shutil.rmtree(run / ".snakemake")
    assert planned(run) == NOTHING


@pytest.mark.parametrize(
    ("deleted", "expected"),
    [
        ("results/sample/dump/sample1.xml.bz2", NOTHING),
        ("results/corpus/sentences/sample1.txt.zst", NOTHING),
        ("results/tokens/train/0000.h5", NOTHING),
        ("results/examples/long/train/0001.h5", NOTHING),
        ("results/pretrain/short/model.safetensors", NOTHING),
        ("results/glue/CoLA/seed1/dev.tsv", NOTHING),
        ("results/report/glue.svg", jobs(plot_glue=1)),
        ("results/pretrain/short/README.md", jobs(describe_model=1)),
        ("results/pretrain/long/events.out.tfevents.0.pretrain", jobs(write_events=1)),
        ("glue_results.tsv", TABLE),
        ("glue_results.md", TABLE),
        ("results/glue/summary/runs.tsv", TABLE),
    ],
)
def test_only_a_deleted_result_is_made_again(run, deleted, expected):
    (run / deleted).unlink()
    assert planned(run) == expected


def test_a_real_run_writes_what_the_plan_says_and_nothing_else(run):
    def times() -> dict[str, int]:
        files = [*run.glob("glue_results.*"), *(run / "results").rglob("*")]
        return {str(f.relative_to(run)): f.stat().st_mtime_ns for f in files if f.is_file()}

    expected_files = (
        "results/glue/STS-B/",
        "results/glue/summary/",
        "results/report/",
        "glue_results.",
    )
    for change, expected in (
        (lambda: (run / SPLITTER).write_text("# why\n" + (run / SPLITTER).read_text()), NOTHING),
        (lambda: set_key(run, "pretrain.checkpoint_steps", 3), NOTHING),
        (lambda: set_key(run, "glue.per_task", {"STS-B": {"epochs": 1}}), ONE_TASK),
    ):
        change()
        before = times()
        assert planned(run) == expected
        status, said = call(run, "--cores", "2")
        assert status == 0, said[-8000:]
        changed = {name for name, time in times().items() if before.get(name) != time}
        assert bool(changed) == bool(expected)
        assert all(name.startswith(expected_files) for name in changed), changed
        assert planned(run) == NOTHING
