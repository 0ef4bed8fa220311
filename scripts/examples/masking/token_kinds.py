"""What a token is: its kind, of which a file's `token_kinds` holds a byte for each token, or its role."""

# The bits of a kind.
NEVER_MASKED = 1  # [PAD], [CLS], [SEP], [MASK]
CONTINUES = 2  # goes on with the word of the token before (`##ing`)
NEVER_DRAWN = 4  # special and unused tokens, which no random replacement may be

# The special tokens' roles; BERT's own are the roles in capitals and brackets.
ROLES = ("pad", "unk", "cls", "sep", "mask")
BERT_SPECIAL = {role: f"[{role.upper()}]" for role in ROLES}
