SELECT articles."id", articles."version", articles."body_version", articles."created_at", articles."updated_at", articles."headline", articles."content_hash", articles."language", articles."url", articles."publisher", articles."external_id", articles."authors", articles."section", articles."keywords", articles."published_at"
FROM (
    SELECT id FROM (
        (SELECT id FROM articles WHERE language = 'fr' AND vector @@ websearch_to_tsquery('verbatim_fr', $1) AND published_desc >= (SELECT max(published_desc) FROM articles) - interval '6 weeks' ORDER BY published_desc DESC, id DESC LIMIT $2)
        UNION ALL
        (SELECT id FROM articles WHERE language = 'fr' AND vector @@ websearch_to_tsquery('verbatim_fr', $1) AND published_desc < (SELECT max(published_desc) FROM articles) - interval '6 weeks' AND published_desc >= (SELECT max(published_desc) FROM articles) - interval '16 weeks' ORDER BY published_desc DESC, id DESC LIMIT $2)
        UNION ALL
        (SELECT id FROM articles WHERE language = 'fr' AND vector @@ websearch_to_tsquery('verbatim_fr', $1) AND published_desc < (SELECT max(published_desc) FROM articles) - interval '16 weeks' AND published_desc >= (SELECT max(published_desc) FROM articles) - interval '68 weeks' ORDER BY published_desc DESC, id DESC LIMIT $2)
        UNION ALL
        (SELECT id FROM articles WHERE language = 'fr' AND vector @@ websearch_to_tsquery('verbatim_fr', $1) AND published_desc < (SELECT max(published_desc) FROM articles) - interval '68 weeks' ORDER BY published_desc DESC, id DESC LIMIT $2)
    ) AS windows LIMIT $2
) AS found JOIN articles USING (id) ORDER BY articles.published_desc DESC, articles.id DESC
