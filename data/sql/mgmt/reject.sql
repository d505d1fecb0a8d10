-- grain: one handed-in row that broke a rule (the first rule it broke)
-- from: hub rows of the batch
-- never: a whole personal value: values are masked beyond four characters when the rule says so
-- kind: stored
create table if not exists mgmt.reject (
    batch integer, row integer, dataset varchar, rule varchar, column_name varchar, masked_value varchar, message varchar
);
