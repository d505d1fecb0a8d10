-- grain: one table or view that is kept, with about how many rows it has (null for a view), over all cities
-- kind: query
-- unfiltered: names of tables and how large they are, for who may see the data pages of a whole city
select schema_name || '.' || table_name as name, estimated_size::bigint as row_count from duckdb_tables()
union all
select schema_name || '.' || view_name, null from duckdb_views() where not internal and not temporary
