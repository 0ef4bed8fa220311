for TELLER, TOLD in TELLERS.items():

    rule:
        name:
            TELLER
        input:
            TOLD["reads"] if "writes" in TOLD else expand(TOLD["reads"], phase=PHASES),
        output:
            TOLD["writes"] if "writes" in TOLD else shown(**TOLD["shows"]),
        log:
            f"logs/report/{TOLD.get('log', TELLER)}.log",
        localrule: True
        params:
            **step(f"scripts/report/{TELLER}.py"),
            flags=(
                flags(published=config["glue"]["source"] != "sample")
                if TELLER == "plot_glue"
                else ""
            ),
        message:
            TOLD["message"]
        shell:
            "{params.run} {input:q} -o {output:q} {params.flags} --log {log:q}"


rule describe_corpus:
    input:
        extraction=[
            f"results/corpus/articles/{part.name}.json"
            for part in PARTS.values()
            if part.kind == "dump"
        ],
        shards="results/corpus/shards/stats.json",
        examples=[
            str(Path(file).with_suffix(".json"))
            for phase in SEQ_LENGTHS
            for split in ("train", "validation")
            for file in example_files(phase, split)
        ],
    output:
        shown("corpus.tsv", "Pretraining", "Corpus"),
    log:
        "logs/report/describe_corpus.log",
    localrule: True
    params:
        **step("scripts/report/describe_corpus.py"),
        files=handed_over(
            lambda input: ["--extraction", *input.extraction, "--examples", *input.examples]
        ),
    message:
        "Count what went into pretraining"
    shell:
        "{params.run} {params.files} --shards {input.shards:q} -o {output:q} --log {log:q}"
