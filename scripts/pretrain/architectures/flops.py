"""The arithmetic of a BERT, from its sizes alone."""


def training_flops(
    *,
    layers: int,
    hidden: int,
    intermediate: int,
    vocabulary: int,
    tokens: float,
    square_tokens: float,
    masked: float,
) -> float:
    """Floating-point operations of a forward and backward pass, as PaLM's appendix B counts.

    Of a batch: `tokens`; `square_tokens`, the sum over sequences of their length squared; `masked`
    tokens, which alone go through the masked-LM head. Biases and normalisations are not counted.
    """
    dense = layers * (4 * hidden * hidden + 2 * hidden * intermediate)
    attention = 4 * hidden * layers * square_tokens
    head = masked * (vocabulary * hidden + hidden * hidden)
    return 3.0 * (2 * dense * tokens + attention + 2 * head)
