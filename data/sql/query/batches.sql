-- grain: one batch of a city with its balance, the newest first
-- kind: query
-- unfiltered: the data page, for who may see the whole city
select batch, source, dataset, file_name, received_at, row_in, accepted, rejected, duplicate, is_balanced
from mgmt.balance where city = $city order by batch desc limit $most
