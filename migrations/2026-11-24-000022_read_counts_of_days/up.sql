-- Some days of all values of a dimension: the most frequent of a month.
CREATE INDEX day_counts_day_idx ON day_counts (of, dimension, day);
