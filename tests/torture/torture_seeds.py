"""Which seeds an option names."""


def seeds_of(text: str) -> list[int]:
    """`10` is 1 to 10, `7-7` is 7 alone, `3,5-6` are these; nothing is none."""
    if text.isdecimal():
        return list(range(1, int(text) + 1))
    ranges = (part.partition("-") for part in text.split(",") if part)
    return [seed for first, _, last in ranges for seed in range(int(first), int(last or first) + 1)]
