SELECT code, websearch_to_tsquery(search_config(code), $1)::text FROM (SELECT DISTINCT unnest($2::text[])) AS given (code)
