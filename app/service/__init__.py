"""How the city serves its citizens: measures of service, what is failing now, and whether the program itself is well."""
