-- grain: one city
-- from: base.city
-- kind: view
select city, number, name_zh, name_en, is_synthetic, timezone, code, licence, geometry_version, value_version
from base.city
