-- grain: the newest value of one indicator at one unit, grid and coarser
-- from: base.reading, through app/units/tower.py
-- never: recomputed when asked for: it is kept as batches arrive
-- kind: stored
create table if not exists theme.latest (
    city varchar, indicator varchar, level varchar, seq integer, observed_at timestamp,
    value double, n integer, expected integer
);
