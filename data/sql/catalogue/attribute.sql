-- grain: one attribute of the registry, with its code list
-- from: data/registry/attributes.csv
-- never: changed by hand in the database
-- kind: registry attributes
create or replace table catalogue.attribute as
select
    id, name_zh, name_en, space, factor, type, unit,
    list_filter(string_split(coalesce(codes, ''), '|'), lambda x: x <> '') as codes,
    list_transform(list_filter(string_split(coalesce(codes, ''), '|'), lambda x: x <> ''), lambda x: string_split(x, ':')[1]) as keys,
    list_filter(string_split(coalesce(levels, ''), '|'), lambda x: x <> '') as levels,
    cast(privacy as integer) as privacy, row_number() over () as position
from registry_file
