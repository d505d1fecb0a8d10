-- grain: one accepted flow count, typed: every version, corrections included; `_deleted`: its source took it back
-- from: hub.flow
-- never: a row that broke a rule
-- kind: stored
create table if not exists dept.flow (
    city varchar, origin_code varchar, destination_code varchar, level varchar, origin_seq integer, destination_seq integer,
    observed_at timestamp, count bigint, _batch integer, _row integer, _deleted boolean
);
