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
        code=code("scripts/sample/make_sample.py"),
        flags=flags(
            seed=config["seed"], articles=config["corpus"]["sample"]["articles"]
        ),
    message:
        "Writing an invented encyclopaedia, and tasks about it"
    shell:
        "python -m scripts.sample.make_sample {params.flags} --dump {output.dump} "
        f"--glue {SAMPLE_GLUE} "
        "--processes {threads} --log {log}"
