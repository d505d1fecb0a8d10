-- an attribute that its source does not give any more ends; nothing is erased
-- from: diff_gone (unit_code, attribute of the rows that are gone), base.attribute, front.batch
-- kind: step
update base.attribute a set valid_to = greatest($as_of, a.valid_from), _known_to = $now
from diff_gone g
where a.city = $city and a.unit_code = g.unit_code and a.attribute = g.attribute and a.valid_to is null
  and a._batch in (select batch from front.batch where channel = $channel);
