-- grain: what one source says of one keyed record today: the row of dept.<dataset> that said so last
-- from: accepted rows of record datasets
-- never: history (that is base) or a value; is_gone: the source no longer has the record
-- kind: stored
create table if not exists mgmt.claim (
    city varchar, dataset varchar, key varchar, source varchar, as_of timestamp, is_gone boolean, _batch integer, _row integer
);
