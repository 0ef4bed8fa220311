"""What the tests of the sample look at."""

from scripts.sample.world.blocks import Key

ARTICLES = 260  # three streams of the usual size, the last one not full
PEOPLE = [Key("person", block, number) for block in range(4) for number in range(20)]
