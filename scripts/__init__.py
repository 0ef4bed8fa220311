"""The steps of dump2glue: every verb here is a command, `python -m scripts.<stage>.<step> --help`."""
