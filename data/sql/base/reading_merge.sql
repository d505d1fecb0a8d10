-- the newest version of a reading stands; older ones stay in dept.reading
-- from: the fresh rows, base.reading
-- kind: step
create or replace temp table corrected as
select b.rowid as id
from base.reading b
join fresh f on b.city = f.city and b.indicator = f.indicator and b.level = f.level and b.seq = f.seq and b.observed_at = f.observed_at;

delete from base.reading where rowid in (select id from corrected);

create or replace temp table twice as
select hash(indicator, level, seq, observed_at) as h from fresh group by h having count(*) > 1;

insert into base.reading
select city, indicator, level, seq, observed_at, value, weight, _batch, _row
from fresh
where hash(indicator, level, seq, observed_at) not in (select h from twice)
order by indicator, observed_at, seq;

insert into base.reading
select city, indicator, level, seq, observed_at, value, weight, _batch, _row
from fresh
where hash(indicator, level, seq, observed_at) in (select h from twice)
qualify row_number() over (partition by indicator, level, seq, observed_at order by _row desc) = 1;
