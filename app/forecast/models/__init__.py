"""One model a file: NAME, `fit`, `paths`, `predict` (app/forecast/model.py says what they promise). Models do not know one another."""
