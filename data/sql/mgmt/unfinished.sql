-- grain: one dataset of one city with batches that reached the base library and not the map and the tower
-- from: front.batch
-- kind: view
select distinct city, dataset from front.batch where state = 'based'
