-- grain: one version of one attribute of one unit, with the batch and row that said so, and when it and its end came to be known
-- from: base.attribute, catalogue.attribute, front.batch
-- kind: view
select
    a.city, a.unit_code, a.level, a.seq, a.attribute, a.value, a.valid_from, a.valid_to, c.name_zh, c.name_en, c.unit, c.privacy, a._batch, a._row,
    coalesce(a._known_from, b.received_at) as known_from, a._known_to as known_to
from base.attribute a
join catalogue.attribute c on c.id = a.attribute
join front.batch b on b.batch = a._batch
