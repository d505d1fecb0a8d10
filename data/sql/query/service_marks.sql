-- grain: the cases of a city: how many there are, and a mark that changes with any word on any of them
-- kind: query
-- unfiltered: a count and a checksum, for what is kept in memory (app/service/shelf.py); nobody is told them
select count(*) as cases, bit_xor(hash(case_no, _batch, _row, valid_from)) as mark from theme.service_case where city = $city
