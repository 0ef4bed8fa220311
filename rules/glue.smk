rule test_it:
    output:
        "glue_results.tsv",
    log:
        "logs/x.log",
    params:
        code=code("scripts/common/text.py"),
        flags=flags(a=1, b=[1, 2]),
    shell:
        "which python > {output} # {params.flags} {config[seed]}"
