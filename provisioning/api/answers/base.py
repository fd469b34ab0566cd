"""What all answers share, and what is said when there is none."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FieldProblem(Answer):
    field: str
    message: str


class Problem(Answer):
    """RFC 9457. `detail` is a sentence for people, `code` a stable word for scripts."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[FieldProblem] | None = None


class Page(Answer, Generic[T]):
    """`next` is the cursor of the page after this one; null at the end."""

    items: list[T]
    total: int | None = None
    next: str | None = None
