"""Pictures and tables for `snakemake --report`, and the table that `make demo` prints."""
