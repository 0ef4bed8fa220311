def shown(name, category, label):
    """A picture or a table of `snakemake --report`."""
    return report(
        f"results/report/{name}",
        caption=f"captions/{Path(name).stem}.rst",
        category=category,
        labels={"picture": label},
    )


def of_phase(*names):
    """Files of a phase's training."""
    return [f"results/pretrain/{{phase}}/{name}" for name in names]


def teller_log(teller, target):
    """The log of a step that tells of a run, or of a phase."""
    phase = ["{phase}"] if "{phase}" in str(target) else []
    return f"logs/report/{'/'.join([teller, *phase])}.log"


# What is told of a run: each step's inputs and output, and its message.
TOLD = {
    "plot_glue": ("glue_results.tsv", shown("glue.svg", "GLUE", "Results"), "Draw the GLUE table"),
    "plot_finetuning": (
        "results/glue/summary/curves.tsv",
        shown("finetuning.svg", "GLUE", "Finetuning, epoch by epoch"),
        "Draw the curves of finetuning",
    ),
    "plot_confusions": (
        "results/glue/summary/confusion.tsv",
        shown("confusions.svg", "GLUE", "Confusion matrices"),
        "Draw the confusion matrices",
    ),
    "plot_pretraining": (
        METRICS,
        shown("pretraining.svg", "Pretraining", "Losses"),
        "Draw the losses of pretraining",
    ),
    "describe_model": (
        of_phase("config.json", "training.json", "metrics.jsonl"),
        of_phase("README.md"),
        "Write the model card of phase {wildcards.phase}",
    ),
    "write_events": (
        of_phase("metrics.jsonl", "timing.jsonl"),
        of_phase("events.out.tfevents.0.pretrain"),
        "Write TensorBoard's events of phase {wildcards.phase}",
    ),
}
REPORT_FILES = [f"results/report/{name}.svg" for name in ("glue", "finetuning", "confusions")]
if not config["glue"]["model"]:
    REPORT_FILES += ["results/report/pretraining.svg", "results/report/corpus.tsv"]
    for TELLER in ("describe_model", "write_events"):
        REPORT_FILES += expand(TOLD[TELLER][1], phase=PHASES)
