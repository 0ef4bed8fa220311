from scripts.common.data import parse_yaml


def shown(name, category, label):
    """A picture or a table of `snakemake --report`."""
    return report(
        f"results/report/{name}",
        caption=f"captions/{Path(name).stem}.rst",
        category=category,
        labels={"picture": label},
    )


# What is told of a run, or of a phase.
TELLERS = parse_yaml((ROOT / "rules/inputs/tellers.yaml").read_text())
REPORT_FILES = [f"results/report/{name}.svg" for name in ("glue", "finetuning", "confusions")]
if not config["glue"]["model"]:
    REPORT_FILES += ["results/report/pretraining.svg", "results/report/corpus.tsv"]
    for TELLER in ("describe_model", "write_events"):
        REPORT_FILES += expand(TELLERS[TELLER]["writes"], phase=PHASES)
