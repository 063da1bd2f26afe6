"""Lists of words, as text that people can read and add to."""


def each_word(block: str) -> frozenset[str]:
    return frozenset(block.split())
