-- grain: one indicator of one unit at one time: the newest accepted version
-- from: dept.reading
-- never: two rows for one (city, indicator, level, seq, observed_at)
-- kind: stored
create table if not exists base.reading (
    city varchar, indicator varchar, level varchar, seq integer, observed_at timestamp, value double, weight double,
    _batch integer, _row integer
);
