"""From a Wikipedia dump to a GLUE table. Start with README.md; the defaults are in config/config.yaml."""

from snakemake.utils import min_version

min_version("9.22")


configfile: f"{Path(workflow.current_basedir)}/config/config.yaml"


include: "rules/common.smk"
include: "rules/sample.smk"
include: "rules/inputs/corpus.smk"
include: "rules/inputs/examples.smk"
include: "rules/inputs/pretrain.smk"
include: "rules/inputs/glue.smk"
include: "rules/inputs/report.smk"


wildcard_constraints:
    file=one_of(DUMP_FILES),
    part=one_of(PARTS),
    phase=one_of({**PHASES, **SEQ_LENGTHS}),
    split="train|validation",
    number="[0-9]{4}",
    pretraining=r"(pretraining\d+/)?",
    name="|".join(SOURCES),
    task="[^/]+",
    setting="([^/]+/)?",
    seed=r"\d+",


include: "rules/corpus.smk"
include: "rules/examples.smk"
include: "rules/pretrain.smk"
include: "rules/glue.smk"
include: "rules/report.smk"
include: "rules/preflight.smk"


rule all:
    default_target: True
    input:
        rules.collect_results.output,
        REPORT_FILES,
    localrule: True
