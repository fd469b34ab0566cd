"""Going over the audit chain row by row, and naming what does not hold: pure, for any number of rows.

The chain proves itself as far as it goes; only heads that were kept elsewhere tell what is gone from its end,
and whether somebody who had the key has made it anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from provisioning.domain.audit import GENESIS, AuditRow, Head, row_hash
from provisioning.domain.secret import Secret

BreakKind = Literal["gap", "changed row", "wrong predecessor", "cut tail", "rewritten chain", "unknown key"]

MOST_BREAKS: Final = 1000
"""So many are named; where there are more, the first ones say enough."""


@dataclass(frozen=True)
class Break:
    """One thing that does not hold. `seq` is the row at fault: for a gap and a cut tail, the first missing one."""

    kind: BreakKind
    seq: int
    message: str


class Proof:
    """Takes the rows in the order of their numbers, in as many portions as one likes; `finish` adds what the end tells."""

    def __init__(self, keys: Mapping[str, Secret], kept: Sequence[Head] = ()) -> None:
        self.rows = 0
        self.breaks: list[Break] = []
        self.last: AuditRow | None = None
        self._keys = keys
        self._kept = {head.seq: head for head in kept}
        self._newest_kept = max(kept, key=lambda head: head.seq, default=None)
        self._last_that_fits = 0
        self._is_rewritten = False
        self._strange_key: str | None = None
        self._may_precede: tuple[str, ...] = (GENESIS,)

    @property
    def head(self) -> Head | None:
        return Head.of(self.last) if self.last else None

    def read(self, rows: Iterable[AuditRow]) -> None:
        for row in rows:
            self.rows += 1
            self._read(row)

    def finish(self) -> Sequence[Break]:
        """Compare the end with what was kept of it, and return all that was found."""
        newest, end = self._newest_kept, self.last.seq if self.last else 0
        if newest is not None and newest.seq > end:
            was_there = f"row {newest.seq} was there on {newest.at:%Y-%m-%d %H:%M:%S %Z}"
            ends = f"ends with row {end}" if end else "is empty"
            self._found("cut tail", end + 1, f"The log {ends}, but {was_there}: what came after it is gone.")
        return self.breaks

    def _read(self, row: AuditRow) -> None:
        expected = self.last.seq + 1 if self.last else 1
        if row.seq < expected:
            self._found("wrong predecessor", row.seq, f"Row {row.seq} does not follow on row {expected - 1}.")
            return
        follows = row.seq == expected
        if not follows:
            missing = (
                f"Row {expected} is" if row.seq == expected + 1 else f"Rows {expected} to {row.seq - 1} are"
            )
            self._found("gap", expected, f"{missing} missing.")
        is_sound = self._check(row, follows=follows)
        self._compare(row, is_sound=is_sound)
        self.last = row

    def _check(self, row: AuditRow, *, follows: bool) -> bool:
        """Check the row by itself and against the one before it; name at most one break."""
        key = self._keys.get(row.key_id)
        linked = not follows or row.previous_hash in self._may_precede
        if key is None:
            self._name_key(row)
            self._may_precede = (row.hash,)
            return False
        self._strange_key = None
        right = row_hash(row.content(), previous_hash=row.previous_hash, key=key)
        # After a row whose content or hash was changed, the next one may still name what it was: it is not at fault.
        self._may_precede = (row.hash, right)
        if right != row.hash:
            self._found("changed row", row.seq, f"Row {row.seq} was changed after it was written.")
            return False
        if not linked:
            self._found(
                "wrong predecessor",
                row.seq,
                f"Row {row.seq} was written after another row than the {row.seq - 1} that is there.",
            )
        return linked

    def _name_key(self, row: AuditRow) -> None:
        """Once for all rows in a line that were made with it."""
        if row.key_id != self._strange_key:
            self._strange_key = row.key_id
            self._found(
                "unknown key",
                row.seq,
                f"From row {row.seq} on, the key {row.key_id} was used, which is none of this installation's, "
                "or is sealed with a key that is not in TENANTBOT_SECRET_KEYS.",
            )

    def _compare(self, row: AuditRow, *, is_sound: bool) -> None:
        """Compare with the head that was kept when this row was the newest; the first that differs says it all."""
        kept = self._kept.get(row.seq)
        if kept is None or self._is_rewritten:
            return
        if kept.hash == row.hash:
            self._last_that_fits = row.seq
        elif is_sound or row.key_id not in self._keys:
            self._is_rewritten = True
            self._found(
                "rewritten chain",
                row.seq,
                f"Row {row.seq} is not the one whose hash was kept outside on {kept.at:%Y-%m-%d %H:%M:%S %Z}: "
                f"the chain was made anew, from a row between {self._last_that_fits + 1} and {row.seq} on.",
            )

    def _found(self, kind: BreakKind, seq: int, message: str) -> None:
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append(Break(kind, seq, message))
