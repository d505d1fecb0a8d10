-- the newest version of a count stands; the one before lies in base.flow_ended
-- from: the fresh rows, base.flow
-- kind: step
create or replace temp table replaced as
select rowid as id
from base.flow
where city = $city and (level, origin_seq, destination_seq, observed_at) in
    (select (level, origin_seq, destination_seq, observed_at) from fresh where not _deleted);

insert into base.flow_ended
select city, level, origin_seq, destination_seq, observed_at, count, _batch, _row, $as_of, $batch
from base.flow where rowid in (select id from replaced);

delete from base.flow where rowid in (select id from replaced);

insert into base.flow
select city, level, origin_seq, destination_seq, observed_at, count, _batch, _row
from fresh
where not _deleted
qualify row_number() over (partition by level, origin_seq, destination_seq, observed_at order by _row desc) = 1
order by observed_at, origin_seq;
