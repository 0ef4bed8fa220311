rule make_sample:
    output:
        dump=SAMPLE_DUMP,
        glue=SAMPLE_GLUE_FILES,
    log:
        "logs/sample/make_sample.log",
    benchmark:
        "benchmarks/sample/make_sample.tsv"
    conda:
        "../config/environment.yaml"
    threads: 2
    resources:
        mem_mb=memory(1000),
        runtime=60,
    params:
        **step("scripts/sample/make_sample.py"),
        flags=flags(
            seed=config["seed"], articles=config["corpus"]["sample"]["articles"]
        ),
        glue=lambda wildcards, output: shlex.quote(str(Path(output.glue[0]).parents[1])),
    message:
        "Writing an invented encyclopaedia, and tasks about it"
    shell:
        "{params.run} {params.flags} --dump {output.dump} "
        "--glue {params.glue} "
        "--processes {threads} --log {log}"
