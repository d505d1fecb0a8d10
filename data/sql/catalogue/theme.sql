-- grain: one row of the registry
-- from: data/registry/themes.csv
-- never: changed by hand in the database
-- kind: registry themes
create or replace table catalogue.theme as
select id, name_zh, name_en, icon, cast("order" as integer) as position
from registry_file
