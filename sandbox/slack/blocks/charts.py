"""Charts of a data_visualization block."""

from sandbox.slack.blocks.checks import anything, array, by_type, number, shape, text

_NAME = text(most=20)
_POINT = shape({"label": _NAME, "value": number()})
_SERIES = shape({"name": _NAME, "data": array(_POINT, least=1, most=20)})
_AXES = shape(
    {"categories": array(_NAME, most=20)},
    {"x_label": text(least=0, most=50), "y_label": text(least=0, most=50)},
)
_LINES = shape({"type": anything, "series": array(_SERIES, least=1, most=6), "axis_config": _AXES})
_SEGMENT = shape({"label": _NAME, "value": number(above=0)})
_PIE = shape({"type": anything, "segments": array(_SEGMENT, least=1, most=6)})

CHART = by_type({"line": _LINES, "bar": _LINES, "area": _LINES, "pie": _PIE})
