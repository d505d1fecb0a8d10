-- grain: one handed-in row that broke a rule (the first rule it broke)
-- from: hub rows of the batch
-- never: a whole sensitive or personal value: of fields of privacy 2 and 3 four characters at most are kept
-- kind: stored
create table if not exists mgmt.reject (
    batch integer, row integer, dataset varchar, rule varchar, column_name varchar, masked_value varchar, message varchar
);
