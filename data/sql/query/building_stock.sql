-- grain: one building with what is known of its size
-- kind: query
-- unfiltered: read by imports only
select code, floors_above, height_m, area_m2, valid_from
from theme.unit where city = $city and level = 'building' order by seq
