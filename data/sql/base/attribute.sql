-- grain: one attribute of one unit from valid_from until valid_to (null = today); `_known_from`, `_known_to`: when the row, and its end, came to be known
-- from: dept.attribute
-- never: erased
-- kind: stored
create table if not exists base.attribute (
    city varchar, unit_code varchar, level varchar, seq integer, attribute varchar, value varchar,
    valid_from timestamp, valid_to timestamp, _batch integer, _row integer,
    _known_from timestamp, _known_to timestamp
);
