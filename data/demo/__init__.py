"""The demo city: it writes the files that departments would hand in, and nothing else.

`write(folder, size, seed, until)` yields hand-ins for a whole city with its history; `feed(…)` goes on reporting
hour by hour. Everything follows from the seed and the time.
"""

from data.demo.feed import feed
from data.demo.size import SIZES, Size
from data.demo.writing import write

__all__ = ["SIZES", "Size", "feed", "write"]
