"""Bits of a token's kind, of which `token_kinds` in a file holds one byte for each token."""

NEVER_MASKED = 1  # [PAD], [CLS], [SEP], [MASK]
CONTINUES = 2  # goes on with the word of the token before (`##ing`)
NEVER_DRAWN = 4  # special and unused tokens, which no random replacement may be
