-- grain: the count between two units that may both be seen at one time, for a snapshot of the SQL workspace
-- kind: query
select level, origin_seq, destination_seq, observed_at, count
from theme.flow
where city = $city and count >= $least and is_seen($bits, $offsets, level, origin_seq) and is_seen($bits, $offsets, level, destination_seq)
