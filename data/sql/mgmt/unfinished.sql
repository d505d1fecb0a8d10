-- grain: one city with batches that reached the base library and not the tower
-- from: front.batch
-- kind: view
select distinct city from front.batch where state = 'based'
