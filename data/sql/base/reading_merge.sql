-- the newest version of a reading stands; the one before lies in base.reading_ended
-- from: the fresh rows, standing (base.reading), twice
-- kind: step
create or replace temp table replaced as
select b.id
from standing b
join fresh f on b.indicator = f.indicator and b.level = f.level and b.seq = f.seq and b.observed_at = f.observed_at
where not f._deleted;

insert into base.reading_ended
select city, indicator, level, seq, observed_at, value, weight, _batch, _row, $as_of, $batch
from base.reading where rowid in (select id from replaced);

delete from base.reading where rowid in (select id from replaced);

insert into base.reading
select city, indicator, level, seq, observed_at, value, weight, _batch, _row
from fresh
where not _deleted and (not $twice or hash(indicator, level, seq, observed_at) not in (select h from twice))
order by indicator, observed_at, seq;

insert into base.reading
select city, indicator, level, seq, observed_at, value, weight, _batch, _row
from fresh
where not _deleted and $twice and hash(indicator, level, seq, observed_at) in (select h from twice)
qualify row_number() over (partition by indicator, level, seq, observed_at order by _row desc) = 1;
