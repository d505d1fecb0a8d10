-- grain: one stretch of years in which a county-level code of GB/T 2260 stood (null: open)
-- from: data/registry/divisions.csv
-- never: changed by hand in the database
-- kind: registry divisions
create or replace table catalogue.division as
select code, cast(since as integer) as since, cast(until as integer) as until
from registry_file
