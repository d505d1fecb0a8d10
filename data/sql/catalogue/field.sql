-- grain: one field of one record dataset
-- from: data/registry/fields.csv
-- never: changed by hand in the database
-- kind: registry fields
create or replace table catalogue.field as
select
    dataset, field, type, cast(is_key as boolean) as is_key, cast(is_required as boolean) as is_required,
    cast(privacy as integer) as privacy, code_list, unit, standard, name_zh, name_en, row_number() over () as position
from registry_file
