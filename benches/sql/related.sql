WITH matching AS MATERIALIZED (
    SELECT articles.id, articles.id AS unit, '' AS key, articles.published_desc FROM articles WHERE true AND (ROW("articles"."published_desc", "articles"."id") IN (SELECT DISTINCT "mentions"."published_desc", "mentions"."article_id" FROM "mentions" WHERE ("mentions"."entity_id" = $1) ORDER BY "mentions"."published_desc" DESC, "mentions"."article_id" DESC LIMIT 301)) ORDER BY articles.published_desc DESC, articles.id DESC LIMIT 300 + 1
), last AS MATERIALIZED (
    SELECT CASE WHEN count(*) > 300 THEN min(published_desc) END AS at FROM matching
), considered AS MATERIALIZED (
    SELECT matching.* FROM matching CROSS JOIN last WHERE last.at IS NULL OR matching.published_desc > last.at
), edge AS (
    SELECT CASE WHEN isfinite(last.at) THEN last.at + interval '1 microsecond' WHEN last.at IS NOT NULL THEN '0001-01-01' END AS since, (SELECT count(*) FROM considered) AS records FROM last
), met AS MATERIALIZED (
    SELECT m.entity_id, count(*) AS here, count(DISTINCT m.article_id) AS articles
    FROM considered c JOIN mentions m ON m.article_id = c.id
    WHERE m.entity_id IS NOT NULL GROUP BY m.entity_id
), sizes AS (
    SELECT (SELECT coalesce(sum(here), 0)::bigint FROM met) AS all_here, coalesce(sum(n), 0)::bigint AS everything FROM (
        SELECT count AS n FROM day_counts
        WHERE of = 'mentions' AND dimension = '' AND key = '' AND day = 'infinity'
        UNION ALL SELECT -count FROM entity_day_counts
        WHERE role = 'mentioned' AND entity_id = '00000000-0000-0000-0000-000000000000' AND day = 'infinity'
        UNION ALL SELECT change FROM count_changes WHERE of = 'mentions' AND entity_id IS NOT NULL
    ) AS linked
), others AS (
    SELECT met.entity_id, met.here, met.articles, k.mentions + coalesce(p.n, 0) AS total
    FROM met JOIN entity_counts k ON k.entity_id = met.entity_id
    LEFT JOIN (
        SELECT entity_id, sum(change)::bigint AS n FROM count_changes WHERE of = 'mentions' GROUP BY entity_id
    ) AS p ON p.entity_id = met.entity_id
    WHERE met.articles >= 2 AND met.entity_id <> $1
)
SELECT entities, articles, here, totals, all_here, everything, records, since,
    EXISTS (SELECT FROM entities WHERE merged_into IS NULL AND id = $1) AS is_present
FROM edge CROSS JOIN sizes CROSS JOIN (
    SELECT coalesce(array_agg(entity_id), '{}') AS entities, coalesce(array_agg(articles), '{}') AS articles,
        coalesce(array_agg(here), '{}') AS here, coalesce(array_agg(total), '{}') AS totals
    FROM others
) AS all_others
