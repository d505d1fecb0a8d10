-- grain: one row of the registry
-- from: data/registry/holidays.csv
-- never: changed by hand in the database
-- kind: registry holidays
create or replace table catalogue.holiday as
select cast(date as date) as date, name_zh, name_en, kind
from registry_file
