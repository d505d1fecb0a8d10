-- grain: the row numbers of the batch that repeat a value that stands, or that the batch itself has said
-- from: the checked rows, twice, base.attribute
-- kind: step
select _row
from checked
where _fault is null and hash(unit_code, attribute) in (select h from twice)
qualify row_number() over (partition by unit_code, attribute, value, valid_from order by _row) > 1
union
select c._row
from checked c
join base.attribute a on a.city = c.city and a.unit_code = c.unit_code and a.attribute = c.attribute and a.valid_to is null
where c._fault is null and a.value = c.value and (c.valid_from is null or c.valid_from = a.valid_from)
