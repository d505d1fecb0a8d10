-- grain: one indicator of one unit at one step, above the indicator's native level
-- from: base.reading, through app/units/tower.py
-- never: the native level itself (theme.value joins it), or a value without a reporting unit below it
-- kind: stored
create table if not exists theme.rolled (
    city varchar, indicator varchar, level varchar, seq integer, observed_at timestamp,
    value double, n integer, expected integer
);
