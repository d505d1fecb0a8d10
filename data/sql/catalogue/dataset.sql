-- grain: one row of the registry
-- from: data/registry/datasets.csv
-- never: changed by hand in the database
-- kind: registry datasets
create or replace table catalogue.dataset as
select id, kind, owner, cadence, description_zh, description_en
from registry_file
