-- grain: one attribute of one unit today
-- from: base.attribute, catalogue.attribute
-- kind: view
select
    a.city, a.unit_code, a.level, a.seq, a.attribute, a.value, c.name_zh, c.name_en, c.space, c.factor, c.type, c.unit,
    c.codes, c.position, c.privacy, a.valid_from, a._batch, a._row
from base.attribute a
join catalogue.attribute c on c.id = a.attribute
where a.valid_to is null
