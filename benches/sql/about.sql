SELECT asked.id, array(SELECT entity_id FROM quote_about WHERE quote_id = asked.id ORDER BY entity_id), EXISTS (SELECT FROM reviews WHERE quote_id = asked.id) FROM unnest($1::uuid[]) AS asked (id)
