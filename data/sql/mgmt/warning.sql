-- grain: one accepted row that broke a rule of severity warn; row 0 is the batch as a whole
-- from: hub rows of the batch
-- never: a whole sensitive or personal value
-- kind: stored
create table if not exists mgmt.warning (
    batch integer, row integer, dataset varchar, rule varchar, column_name varchar, masked_value varchar, message varchar
);
