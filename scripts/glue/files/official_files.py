"""Where the official files are: addresses below the mirror, bytes, SHA-256."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One file of the mirror."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]


SOURCES = {
    source.name: source
    for source in (
        Source(
            "glue/data/CoLA.zip",
            376971,
            "f212fcd832b8f7b435fb991f101abf89f96b933ab400603bf198960dfc32cbff",
        ),
        Source(
            "glue/data/SST-2.zip",
            7439277,
            "d67e16fb55739c1b32cdce9877596db1c127dc322d93c082281f64057c16deaa",
        ),
        Source(
            "senteval/senteval_data/msr_paraphrase_train.txt",
            1047044,
            "60a9b09084528f0673eedee2b69cb941920f0b8cd0eeccefc464a98768457f89",
        ),
        Source(
            "senteval/senteval_data/msr_paraphrase_test.txt",
            441275,
            "a04e271090879aaba6423d65b94950c089298587d9c084bf9cd7439bd785f784",
        ),
        Source(
            "glue/data/mrpc_dev_ids.tsv",
            6222,
            "971d7767d81b997fd9060ade0ec23c4fc31cbb226a55d1bd4a1bac474eb81dc7",
        ),
        Source(
            "glue/data/STS-B.zip",
            802872,
            "e60a6393de5a8b5b9bac5020a1554b54e3691f9d600b775bd131e613ac179c85",
        ),
        Source(
            "glue/data/QQP-clean.zip",
            41696084,
            "40e7c862c04eb26ee04b67fd900e76c45c6ba8e6d8fab4f8f1f8072a1a3fbae0",
        ),
        Source(
            "glue/data/MNLI.zip",
            312783507,
            "e7c1d896d26ed6caf700110645df426cc2d8ebf02a5ab743d5a5c68ac1c83633",
        ),
        Source(
            "glue/data/QNLIv2.zip",
            10627589,
            "e634e78627a29adaecd4f955359b22bf5e70f2cbd93b493f2d624138a0c0e5f5",
        ),
        Source(
            "glue/data/RTE.zip",
            697150,
            "6bf86de103ecd335f3441bd43574d23fef87ecc695977a63b82d5efb206556ee",
        ),
        Source(
            "glue/data/WNLI.zip",
            28999,
            "ae0e8e4d16f4d46d4a0a566ec7ecceccfd3fbfaa4a7a4b4e02848c0f2561ac46",
        ),
        Source(
            "glue/data/AX.tsv",
            222257,
            "0e13510b1bb14436ff7e2ee82338f0efb0133ecf2e73507a697dc210db3f05fd",
        ),
    )
}

# The files that a task is made of; all others come from an archive of their own name.
PARTS = {
    "MRPC": ("msr_paraphrase_train.txt", "msr_paraphrase_test.txt", "mrpc_dev_ids.tsv"),
    "QQP": ("QQP-clean.zip",),
    "QNLI": ("QNLIv2.zip",),
    "AX": ("AX.tsv",),
}


def parts(task: str) -> tuple[str, ...]:
    """The names of the files that `task` is made of."""
    return PARTS.get(task, (f"{task}.zip",))
