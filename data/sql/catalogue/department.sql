-- grain: one row of the registry
-- from: data/registry/departments.csv
-- never: changed by hand in the database
-- kind: registry departments
create or replace table catalogue.department as
select id, name_zh, name_en
from registry_file
