-- grain: the row numbers of the batch that say the same unit again inside the batch (the first one counts)
-- from: the checked rows
-- kind: step
select _row from checked where _fault is null
qualify row_number() over (partition by code order by _row) > 1
