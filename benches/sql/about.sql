SELECT "quote_about"."quote_id", "quote_about"."entity_id" FROM "quote_about" WHERE ("quote_about"."quote_id" = ANY($1)) ORDER BY "quote_about"."quote_id", "quote_about"."entity_id"
