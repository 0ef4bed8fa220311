"""What a token is: its kind, a byte of a file's `token_kinds`; its role; the type of its id."""

import numpy as np

# The bits of a kind.
NEVER_MASKED = 1  # [PAD], [CLS], [SEP], [MASK]
CONTINUES = 2  # goes on with the word of the token before (`##ing`)
NEVER_DRAWN = 4  # special and unused tokens, which no random replacement may be
ENDS = 8  # ends a word, whatever comes after it (a comma, `ing</w>`)

# The special tokens' roles; BERT's own are the roles in capitals and brackets.
ROLES = ("pad", "unk", "cls", "sep", "mask")
BERT_SPECIAL = {role: f"[{role.upper()}]" for role in ROLES}


def token_type(vocab_size: int) -> np.dtype:
    """The type of token ids: uint16 where the vocabulary allows, else uint32."""
    return np.dtype("<u2" if vocab_size <= 1 << 16 else "<u4")
