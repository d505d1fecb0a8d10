-- a new value closes the old one
-- from: the fresh rows, base.attribute
-- kind: step
create or replace temp table newest as
select *, coalesce(valid_from, if(exists (from base.attribute b where b.city = $city and b.attribute = fresh.attribute), $as_of, timestamp '1900-01-01')) as since
from fresh
qualify row_number() over (partition by unit_code, attribute order by valid_from desc nulls first, _row desc) = 1;

update base.attribute a set valid_to = greatest(n.since, a.valid_from)
from newest n
where a.city = n.city and a.unit_code = n.unit_code and a.attribute = n.attribute and a.valid_to is null;

insert into base.attribute
select city, unit_code, level, seq, attribute, value, since, null, _batch, _row
from newest order by level, seq, attribute;
