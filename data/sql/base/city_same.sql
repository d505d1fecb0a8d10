-- grain: the row numbers of the batch that repeat what is known
-- from: the checked rows, base.city
-- kind: step
select c._row
from checked c
join base.city k on k.city = c.city
where k.name_zh is not distinct from c.name_zh and k.name_en is not distinct from c.name_en
  and k.is_synthetic = c.is_synthetic and k.timezone is not distinct from c.timezone
  and k.code = c.code and k.licence is not distinct from c.licence
