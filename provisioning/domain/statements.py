"""Splits a file of SQL into its statements, exactly as PostgreSQL does. What can't be read so is said, never guessed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*)
  | (?P<comment>/\*)
  | (?P<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w]*)?\$)
  | (?P<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<word>[A-Za-z_\u0080-\uffff][\w$]*)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Statement:
    """`words` are its words in lower case, its quoted names and its signs; a text is `''`, whatever it says."""

    text: str
    line: int
    words: tuple[str, ...]

    @property
    def brief(self) -> str:
        said = " ".join(self.text.split())
        return said if len(said) <= 160 else said[:159] + "…"  # noqa: PLR2004


class Unreadable(ValueError):
    """Where the statements end can't be told."""


def split(sql: str) -> Sequence[Statement]:
    """Raises Unreadable, with the line."""
    found: list[Statement] = []
    start, words, depth = 0, list[str](), 0
    for word, begins, ends in _tokens(sql):
        if not words:
            start = begins
        depth += (word == "(") - (word == ")")
        if word == ";" and depth <= 0:
            if words:
                found.append(_statement(sql, start, begins, words))
            words, depth = [], 0
            continue
        words.append(word)
        if words[-2:] == ["begin", "atomic"]:
            raise Unreadable(
                f"line {_line(sql, begins)}: a body of `begin atomic` is not read; quote it with $$."
            )
        last = ends
    if words:
        found.append(_statement(sql, start, last, words))
    return found


def _tokens(sql: str) -> Iterator[tuple[str, int, int]]:
    place = 0
    while place < len(sql):
        match = _TOKEN.match(sql, place)
        assert match is not None  # a sign is anything
        kind, text, begins = match.lastgroup, match.group(), place
        place = match.end()
        if kind == "skip":
            continue
        if kind == "comment":
            place = _end_of_comment(sql, begins)
            continue
        if kind == "dollar":
            place = sql.find(text, place) + len(text)
            if place < match.end() + len(text):
                raise Unreadable(f"line {_line(sql, begins)}: {text} is not closed.")
            yield "''", begins, place
        elif text in {"'", '"'}:
            raise Unreadable(f"line {_line(sql, begins)}: {text} is not closed.")
        else:
            yield ("''" if kind == "text" else text.lower() if kind == "word" else text), begins, place


def _end_of_comment(sql: str, begins: int) -> int:
    """Comments nest."""
    depth = 0
    for match in re.compile(r"/\*|\*/").finditer(sql, begins):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    raise Unreadable(f"line {_line(sql, begins)}: a comment is not closed.")


def _statement(sql: str, begins: int, ends: int, words: Sequence[str]) -> Statement:
    return Statement(sql[begins:ends].strip(), _line(sql, begins), tuple(words))


def _line(sql: str, place: int) -> int:
    return sql.count("\n", 0, place) + 1
