"""Questions without SQL: a checked structure over the tables of the SQL workspace, compiled to one SELECT."""
