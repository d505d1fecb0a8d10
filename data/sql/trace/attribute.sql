-- grain: one version of one attribute of one unit, with the batch and row that said so
-- from: base.attribute, catalogue.attribute
-- kind: view
select
    a.city, a.unit_code, a.level, a.seq, a.attribute, a.value, a.valid_from, a.valid_to, c.name_zh, c.name_en, c.unit, c.privacy, a._batch, a._row
from base.attribute a
join catalogue.attribute c on c.id = a.attribute
