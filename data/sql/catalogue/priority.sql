-- grain: one field of one dataset: whose word counts, in order, and how far numbers may lie apart
-- from: data/registry/priorities.csv
-- never: changed by hand in the database
-- kind: registry priorities
create or replace table catalogue.priority as
select dataset, attribute, list_filter(string_split(coalesce(sources, ''), '|'), lambda x: x <> '') as sources, cast(tolerance as double) as tolerance
from registry_file
