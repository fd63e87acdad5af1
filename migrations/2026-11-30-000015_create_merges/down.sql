DROP TABLE merge_moves, merge_sources, merges;
