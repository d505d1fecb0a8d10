-- grain: one accepted row of dataset attribute, typed
-- from: hub.attribute
-- never: a row that broke a rule
-- kind: stored
create table if not exists dept.attribute (
    city varchar, unit_code varchar, attribute varchar, value varchar, valid_from timestamp, _batch integer, _row integer
);
