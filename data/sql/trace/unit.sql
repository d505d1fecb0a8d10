-- grain: one version of one unit, with the batch and row that said so, and when it and its end came to be known
-- from: base.unit, front.batch
-- kind: view
select
    u.city, u.code, u.level, u.seq, u.parent_code, u.name_zh, u.name_en, u.floor_no, u.floors_above, u.floors_below, u.height_m, u.area_m2,
    u.place_type, u.address, u.source, u.valid_from, u.valid_to, u._batch, u._row, coalesce(u._known_from, b.received_at) as known_from, u._known_to as known_to
from base.unit u
join front.batch b on b.batch = u._batch
