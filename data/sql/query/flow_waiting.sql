-- grain: one city: batches that the base library holds and the tower has not taken up yet
-- kind: query
-- unfiltered: the data page, for who may see the whole city
select count(*) as batches, epoch(min(received_at))::bigint as since from trace.batch where city = $city and state = 'based'
