"""An age pyramid: men to the left, women to the right, the youngest at the foot, with what nine times out of ten lies between."""

from __future__ import annotations

from layouts.drawing import Drawing, Shape

WIDTH, ROW, TOP, FOOT, MIDDLE, SIZE = 320.0, 10.0, 16.0, 14.0, 30.0, 9.0


def pyramid(ages: list[str], men: list[float], women: list[float], low: tuple[list[float], list[float]], high: tuple[list[float], list[float]],
            most: float, names: tuple[str, str], ends: str, label: str) -> Drawing:
    """`ages` are the names of groups from the youngest on; `low`, `high` of men and women; `most` is the end of the scale, called `ends`."""
    height = TOP + ROW * len(ages) + FOOT
    side = (WIDTH - MIDDLE) / 2
    shapes: list[Shape] = []
    for k, name in enumerate(ages):
        top = TOP + ROW * (len(ages) - 1 - k) + 0.8
        foot = top + ROW - 1.6
        for sign, start, values, lows, highs in ((-1, side, men, low[0], high[0]), (1, side + MIDDLE, women, low[1], high[1])):
            def x(value: float, sign: int = sign, start: float = start) -> float:
                return round(start + sign * side * min(1.0, value / most), 1)

            shapes.append(Shape("area", "accent", ((start, top), (x(values[k]), top), (x(values[k]), foot), (start, foot)), 0.0))
            if highs[k] - lows[k] > 0.002 * most:
                middle = (top + foot) / 2
                shapes.append(Shape("line", "text", ((x(lows[k]), middle), (x(highs[k]), middle)), 1.2))
        if k % 2 == 0 or k == len(ages) - 1:
            shapes.append(Shape("text", "soft", ((WIDTH / 2, foot - 0.4),), 8.0, name, "middle"))
    shapes.append(Shape("text", "text", ((side, SIZE + 1),), SIZE, names[0], "end"))
    shapes.append(Shape("text", "text", ((side + MIDDLE, SIZE + 1),), SIZE, names[1]))
    shapes.append(Shape("text", "soft", ((1.0, height - 3),), SIZE, ends))
    shapes.append(Shape("text", "soft", ((WIDTH - 1.0, height - 3),), SIZE, ends, "end"))
    return Drawing(WIDTH, height, tuple(shapes), label)
