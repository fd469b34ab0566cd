"""Numbers with what they count."""


def count(number: int, noun: str) -> str:
    """`1 tenant`, `2 tenants`; for nouns that only take an s."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
