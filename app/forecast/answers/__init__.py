"""What special forecasters (app/forecast/special.py) say of a look at the forecast page: one file each, by their names, with `answer`."""
