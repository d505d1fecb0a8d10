-- the newest version of a count stands; older ones stay in dept.flow
-- from: the fresh rows, base.flow
-- kind: step
delete from base.flow where rowid in (
    select b.rowid
    from base.flow b
    join fresh f
      on b.city = f.city and b.level = f.level and b.origin_seq = f.origin_seq
     and b.destination_seq = f.destination_seq and b.observed_at = f.observed_at
);

insert into base.flow
select city, level, origin_seq, destination_seq, observed_at, count, _batch, _row
from fresh
qualify row_number() over (partition by level, origin_seq, destination_seq, observed_at order by _row desc) = 1
order by observed_at, origin_seq;
