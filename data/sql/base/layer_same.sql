-- grain: the row numbers of the batch that repeat a feature inside the batch
-- from: the checked rows
-- kind: step
select _row from checked where _fault is null
qualify row_number() over (partition by layer, class, source_id, hash(geom) order by _row) > 1
