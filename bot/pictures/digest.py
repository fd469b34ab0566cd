"""The picture of the digest: tenants over time, and where provisioning takes its time.

On paper of its own, so that it reads the same on Slack's light and dark sides.
"""

import asyncio
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from bot.blocks.words import duration
from provisioning.domain.digest import Digest, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAPER, _INK, _FAINT, _BLUE, _GREEN = "#fbfbfa", "#1d1c1d", "#dddddd", "#1264a3", "#2a7f62"
_INCHES: Final = (9.0, 3.4)
_DPI: Final = 130
_FEWEST_DAYS: Final = 14
_MOST_TITLE: Final = 32


def can_draw() -> bool:
    """Tell whether matplotlib is installed (extra `pictures`)."""
    return find_spec("matplotlib") is not None


async def draw_digest(digest: Digest) -> bytes | None:
    """Draw it as a PNG in a thread; None without the extra `pictures`, or with nothing to show yet."""
    if not can_draw() or not any(point.tenants for point in digest.facts.growth):
        return None
    return await asyncio.to_thread(_draw, digest)


def _draw(digest: Digest) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, and may not be there
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415

    figure = Figure(
        figsize=_INCHES, dpi=_DPI, facecolor=_PAPER, layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.12)
    )
    left, right = figure.subplots(1, 2, width_ratios=(1, 1))
    _draw_growth(left, _since_the_first(digest.facts.growth))
    _draw_steps(right, digest)
    content = BytesIO()
    FigureCanvasAgg(figure).print_figure(content, format="png", dpi=_DPI)
    return content.getvalue()


def _draw_growth(axes: "Axes", points: tuple[Point, ...]) -> None:
    days: list[Any] = [point.day for point in points]
    tenants = [point.tenants for point in points]
    _lay_out(axes, "Tenants")
    axes.fill_between(days, tenants, step="post", color=_BLUE, alpha=0.15, linewidth=0)
    axes.step(days, tenants, where="post", color=_BLUE, linewidth=2)
    axes.annotate(
        f"{tenants[-1]}", (days[-1], tenants[-1]), (-4, 5), textcoords="offset points",
        color=_BLUE, fontsize=12, fontweight="bold", ha="right",
    )  # fmt: skip
    axes.set_ylim(0, max(tenants) * 1.25 + 1)
    axes.set_xlim(days[0], days[-1])
    axes.set_xticks([days[0], days[len(days) // 2], days[-1]])
    axes.set_xticklabels([f"{day:%d %b}" for day in (days[0], days[len(days) // 2], days[-1])])
    axes.locator_params(axis="y", integer=True, nbins=5)
    axes.grid(axis="y", color=_FAINT, linewidth=0.8)


def _draw_steps(axes: "Axes", digest: Digest) -> None:
    steps = digest.facts.step_times[::-1]
    _lay_out(axes, "Provisioning by step (median)")
    if not steps:
        axes.text(0.5, 0.5, "nothing was provisioned", color=_INK, ha="center", transform=axes.transAxes)
        axes.set_xticks([])
        axes.set_yticks([])
        return
    titles = [f"{one.number}. {one.title}"[:_MOST_TITLE] for one in steps]
    bars = axes.barh(titles, [one.seconds for one in steps], color=_GREEN, height=0.62)
    axes.bar_label(bars, [duration(one.seconds) for one in steps], padding=4, color=_INK, fontsize=9)
    axes.set_xlim(0, max(one.seconds for one in steps) * 1.25 + 0.01)
    axes.set_xticks([])


def _lay_out(axes: "Axes", title: str) -> None:
    axes.set_facecolor(_PAPER)
    axes.set_title(title, loc="left", color=_INK, fontsize=11, fontweight="bold")
    axes.tick_params(colors=_INK, labelsize=9, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _since_the_first(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Leave out the days before there was any tenant, but for two weeks."""
    first = next((at for at, point in enumerate(points) if point.tenants), 0)
    return points[max(0, min(first - 1, len(points) - _FEWEST_DAYS)) :]
