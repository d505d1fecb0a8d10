-- grain: one accepted reading, typed: every version, corrections included; `_deleted`: its source took it back
-- from: hub.reading
-- never: a row that broke a rule, or one that repeats what is known
-- kind: stored
create table if not exists dept.reading (
    city varchar, unit_code varchar, indicator varchar, level varchar, seq integer, observed_at timestamp,
    value double, weight double, _batch integer, _row integer, _deleted boolean
);
