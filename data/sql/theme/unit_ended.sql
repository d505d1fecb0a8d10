-- grain: one unit that stands no more, as it last stood, with its last shape (EPSG:4326)
-- from: base.unit, base.shape
-- kind: view
select u.city, u.code, u.level, u.seq, u.name_zh, u.name_en, u.address, u.valid_to as ended_at, s.geom
from base.unit u
left join base.shape s on s.city = u.city and s.code = u.code and s.valid_to = u.valid_to
where u.valid_to is not null
  and not exists (from base.unit n where n.city = u.city and n.code = u.code and (n.valid_to is null or n.valid_to > u.valid_to))
