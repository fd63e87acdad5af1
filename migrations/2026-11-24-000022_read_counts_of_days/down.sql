DROP INDEX day_counts_day_idx;
