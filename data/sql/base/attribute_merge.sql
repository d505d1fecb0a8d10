-- a new value closes the old one
-- from: the fresh rows, twice, base.attribute
-- kind: step
create or replace temp table newest as
with known as (select distinct attribute from base.attribute where city = $city),
once as (
    select * from fresh where not $twice or hash(unit_code, attribute) not in (select h from twice)
    union all
    select * from fresh where $twice and hash(unit_code, attribute) in (select h from twice)
    qualify row_number() over (partition by unit_code, attribute order by valid_from desc nulls first, _row desc) = 1
)
select o.*, coalesce(o.valid_from, if(k.attribute is null, timestamp '1900-01-01', $as_of)) as since
from once o
left join known k on k.attribute = o.attribute;

update base.attribute a set valid_to = greatest(n.since, a.valid_from), _known_to = $now
from newest n
where a.city = n.city and a.unit_code = n.unit_code and a.attribute = n.attribute and a.valid_to is null;

insert into base.attribute
select city, unit_code, level, seq, attribute, value, since, null, _batch, _row, $now, null
from newest order by level, seq, attribute;
