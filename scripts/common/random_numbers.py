"""Random draws from identity alone: counter-based, so that neither order nor grouping matters.

The generator is SplitMix64 (Steele, Lea, Flood 2014): the state of item i is key + i·GOLDEN, and its
output a bijective mix of the state. All functions work on whole arrays of uint64.
"""

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)


def splitmix64(state: np.ndarray) -> np.ndarray:
    """SplitMix64's output function, in place on an array of uint64; returns the array."""
    state ^= state >> np.uint64(30)
    state *= MIX_1
    state ^= state >> np.uint64(27)
    state *= MIX_2
    state ^= state >> np.uint64(31)
    return state


def draw(key: np.ndarray | int, counter: np.ndarray | int) -> np.ndarray:
    """64 random bits for each pair of key and counter, broadcast against each other."""
    # Arrays throughout: they wrap around without a warning, unlike numpy's scalars.
    key = np.atleast_1d(np.asarray(key, np.uint64))
    counter = np.atleast_1d(np.asarray(counter)).astype(np.uint64)
    counter += np.uint64(1)
    counter *= GOLDEN
    return splitmix64(counter + key)


def below(bits: np.ndarray, limit: np.ndarray | int) -> np.ndarray:
    """Turn random bits into int64 in [0, limit); limits up to 2³¹ (bias under limit/2³²)."""
    scaled = (bits >> np.uint64(32)) * np.asarray(limit, dtype=np.uint64)
    return (scaled >> np.uint64(32)).astype(np.int64)


def chance(bits: np.ndarray, probability: float) -> np.ndarray:
    """Turn random bits into booleans that are true with the given probability (to 2⁻⁵³)."""
    return (bits >> np.uint64(11)) < np.uint64(round(probability * (1 << 53)))
