DROP TRIGGER quotes_carry_to_about ON quotes;
DROP FUNCTION carry_to_about();
DROP TRIGGER articles_carry ON articles;
DROP FUNCTION carry_to_children();
DROP TRIGGER quotes_carry ON quotes;
DROP TRIGGER mentions_carry ON mentions;
DROP FUNCTION carry_from_article();
