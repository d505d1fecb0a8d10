-- grain: one code of one list
-- from: data/registry/code_lists.csv
-- never: changed by hand in the database
-- kind: registry code_lists
create or replace table catalogue.code as
select list, code, name_zh, name_en, row_number() over () as position
from registry_file
