-- grain: one unit ever seen in a city
-- from: accepted rows of dataset unit, at first sight
-- never: deleted or renumbered; seq is the tile feature id and the place in a value array
-- kind: stored
create table if not exists mgmt.identity (
    city varchar, code varchar, level varchar, seq integer, source varchar, source_id varchar, _batch integer
);
