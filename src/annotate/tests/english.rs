//! English quotations.

use super::super::SpeakerStatus;
use super::{english, read};

#[test]
fn a_verb_and_its_subject_may_stand_in_either_order() {
    let words = "direct: the bridge is safe, <- anna bell";
    assert_eq!(english("\"The bridge is safe,\" Anna Bell said."), [words]);
    assert_eq!(english("\"The bridge is safe,\" said Anna Bell, the chief engineer."), [words]);
    assert_eq!(english("“The bridge is safe,” Anna Bell, who built it, told reporters on Monday."), [words]);
    assert_eq!(english("Anna Bell said: \"The bridge is safe.\""), ["direct: the bridge is safe. <- anna bell"]);
    assert_eq!(english("Anna Bell said, \"The bridge is safe.\""), ["direct: the bridge is safe. <- anna bell"]);
}

#[test]
fn an_interrupted_quotation_is_one_quote() {
    let found = english("\"The bridge,\" Anna Bell said, \"is safe.\"");
    assert_eq!(found, ["direct: the bridge, / is safe. <- anna bell"]);
    let found = english("\"The bridge is safe,\" Anna Bell said. \"We checked it twice.\"");
    assert_eq!(found, ["direct: the bridge is safe, <- anna bell", "direct: we checked it twice. <- anna bell"]);
}

#[test]
fn questions_and_exclamations_are_attributed() {
    assert_eq!(english("\"Is the bridge safe?\" asked Anna Bell."), ["direct: is the bridge safe? <- anna bell"]);
    assert_eq!(english("\"The bridge is safe!\" Anna Bell said."), ["direct: the bridge is safe! <- anna bell"]);
}

#[test]
fn fragments_in_the_reporters_sentence_are_partial_quotes() {
    let found = english("Anna Bell called the bridge \"a work of art\" and said it would \"outlive us all.\"");
    assert_eq!(found, ["partial: a work of art <- anna bell", "partial: outlive us all. <- anna bell"]);
    let found = english("The bridge \"is as safe as ever,\" Anna Bell said in a statement.");
    assert_eq!(found, ["partial: is as safe as ever, <- anna bell"]);
}

#[test]
fn a_verb_of_the_next_clause_is_not_the_cue() {
    let found = english(
        "Anna Bell described the bridge as \"a work of art\", while the mayor said it was \"an eyesore for all\".",
    );
    assert_eq!(found, ["partial: a work of art <- anna bell", "partial: an eyesore for all <- the mayor"]);
}

#[test]
fn source_phrases_attribute_quotations() {
    assert_eq!(
        english("\"The bridge is safe,\" according to Anna Bell."),
        ["direct: the bridge is safe, <- anna bell"]
    );
    assert_eq!(
        english("In the words of one engineer, it was \"a small miracle\"."),
        ["partial: a small miracle <- one engineer"]
    );
}

#[test]
fn a_quotation_of_several_paragraphs_is_one_quote() {
    let found = english("\"The bridge is safe,\" Anna Bell said. \"We checked it.\n\n\"And we will check it again.\"");
    assert_eq!(found[1], "direct: we checked it. / and we will check it again. <- anna bell");
}

#[test]
fn single_marks_quote_and_apostrophes_do_not() {
    assert_eq!(english("‘The bridge is safe,’ said Anna Bell."), ["direct: the bridge is safe, <- anna bell"]);
    assert_eq!(english("The engineers' plans and the city's bridge weren't Anna Bell's."), Vec::<String>::new());
}

#[test]
fn pronouns_and_surnames_refer_to_the_named_speaker() {
    let body = "Engineer Mary Bell built the bridge. \"It is safe,\" she said. \"It will last,\" Bell added.";
    let found = read(body, "en");
    let names: Vec<_> =
        found.quotes.iter().map(|quote| quote.speaker.map(|entity| found.entities[entity].name.as_str())).collect();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.is_some_and(|name| name.ends_with("Mary Bell"))), "{names:?}");
}

#[test]
fn officials_without_a_name_are_anonymous() {
    let body = "A city official, speaking on condition of anonymity, said the bridge was closed. \"It is broken,\" the official said.";
    let found = read(body, "en");
    assert!(found.quotes.iter().all(|quote| quote.speaker_status == SpeakerStatus::Anonymous), "{:?}", found.quotes);
    assert_eq!(found.quotes.len(), 2);
}

#[test]
fn a_source_may_precede_its_description() {
    let words = "direct: the bridge is safe, <- anna bell";
    assert_eq!(english("\"The bridge is safe,\" Sen. Anna Bell, D-Ohio, tweeted."), [words]);
    assert_eq!(english("\"The bridge is safe,\" Anna Bell, a carpenter, said."), [words]);
    assert_eq!(english("\"The bridge is safe,\" coach Anna Bell said of it."), [words]);
}

#[test]
fn a_few_words_continue_a_quote_only_if_they_are_a_sentence() {
    let found = english("\"The bridge is safe,\" Anna Bell said. \"Trust me.\"");
    assert_eq!(found[1], "direct: trust me. <- anna bell");
    let found = english("\"The bridge is safe,\" Anna Bell said. The \"old lady\" opened in 1901.");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_source_may_close_the_sentence() {
    let found = english("\"It has been chaos\" since the bridge closed, Mayor Anna Bell told a local paper.");
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("<- anna bell"), "{found:?}");
}

#[test]
fn titles_and_terms_are_not_quotes() {
    assert_eq!(english("The film, titled \"The Bridge of No Return\", opens on Friday."), Vec::<String>::new());
    assert_eq!(english("The so-called \"bridge tax\" was repealed."), Vec::<String>::new());
}

#[test]
fn abbreviations_do_not_end_the_sentence() {
    let found = english("\"The bridge is safe,\" said Sen. Anna Bell of the U.S. Senate.");
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("anna bell"), "{found:?}");
}

#[test]
fn plain_words_may_precede_a_person() {
    let words = "direct: the bridge is safe, <- anna bell";
    assert_eq!(english("\"The bridge is safe,\" said retired miner Anna Bell."), [words]);
    assert_eq!(english("\"The bridge is safe,\" said veteran Sen. Anna Bell."), [words]);
    assert_eq!(english("\"The bridge is safe,\" according to organiser Anna Bell."), [words]);
    let still = english("\"The bridge is safe,\" he said quietly. Anna Bell looked away.");
    assert_eq!(still, ["direct: the bridge is safe, <- he"]);
}

#[test]
fn a_title_implies_the_role() {
    let entity = |body: &str| read(body, "en").quotes.last().map(|quote| quote.speaker.is_some());
    let bill = "Sen. Howard Blaine left early. \"There is no bill, and there will be none,\" the";
    assert_eq!(entity(&format!("{bill} senator said.")), Some(true));
    assert_eq!(entity(&format!("{bill} lawmaker said.")), Some(true));
    assert_eq!(entity(&format!("{bill} sheriff said.")), Some(false));
}
