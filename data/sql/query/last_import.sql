-- grain: the newest file that a city's units were imported from: its source and as of when it was true
-- kind: query
-- unfiltered: read by imports only
select source, as_of from mgmt.balance where city = $city and dataset = 'unit' and file_name = $city || '-unit.parquet' order by batch desc limit 1
