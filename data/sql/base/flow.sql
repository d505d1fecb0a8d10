-- grain: the count from one unit to another at one time: the newest accepted version
-- from: dept.flow
-- never: two rows for one (city, origin, destination, at)
-- kind: stored
create table if not exists base.flow (
    city varchar, level varchar, origin_seq integer, destination_seq integer, observed_at timestamp, count bigint,
    _batch integer, _row integer
);
