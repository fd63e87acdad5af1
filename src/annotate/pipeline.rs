//! Annotates a document: runs the steps of the extractor in order.

use super::dictionary::Dictionary;
use super::grammar::attribution::AttributionContext;
use super::grammar::cues;
use super::grammar::interruptions;
use super::grammar::noun_phrases::NounPhraseChunker;
use super::names::tokenized_text::TokenizedText;
use super::names::{gazetteer, tagger, unlisted};
use super::text::{Text, count_words};
use super::tokens::Tokens;
use super::{
    Annotation, BlockRole, Document, blocks, cleaning, language, languages, marks, names, quotes, sentences, turns,
};

/// Loads the word lists and the name models, so that the first text does not wait for them.
pub fn prepare() {
    gazetteer::gazetteer();
    tagger::french();
    tagger::english();
    languages::all();
}

/// Finds the blocks, names and quotes of a document. `aliases` has the names of stored entities.
///
/// Takes time linear in the length of the body, and never panics.
pub fn annotate(document: &Document, aliases: &Dictionary) -> Annotation {
    let Some(cleaned) = cleaning::clean(document.body) else { return annotate_clean(document, aliases) };
    let mut annotation = annotate_clean(&Document { body: &cleaned.body, ..*document }, aliases);
    cleaned.restore(&mut annotation);
    annotation
}

fn annotate_clean(document: &Document, aliases: &Dictionary) -> Annotation {
    let tag = document.language.map_or_else(|| language::detect(document.body).to_owned(), str::to_owned);
    let language = languages::for_tag(&tag);
    let text = Text::new(document.body);
    let blocks = blocks::find(&text, document.headline);
    let unmasked = Tokens::new(&text, language);
    let mut names = names::find(&TokenizedText::new(document.body, &text, &unmasked), &blocks, &tag, aliases);
    let listed_entities = unlisted::add(&text, &unmasked, &mut names);
    let unmasked_cues = cues::find(&unmasked, language);
    let unmasked = NounPhraseChunker::new(&unmasked, &names, &unmasked_cues, language);
    let marked = marks::find(&text, &blocks, language.is_english());
    let marked = turns::add(&text, &blocks, &unmasked, marked);
    let (quoted, embedded) = interruptions::cut(&text, &unmasked, &unmasked_cues, marked);

    let tokens = sentences::mask(unmasked.tokens, &quoted);
    let mut sentences = sentences::find(&text, &tokens, &quoted);
    sentences.retain(|sentence| {
        let block = blocks::at(&blocks, tokens.list[sentence.start].span.start);
        block.is_none_or(|block| block.role != BlockRole::Boilerplate)
    });
    let cues = cues::find(&tokens, language);
    let phrases = NounPhraseChunker::new(&tokens, &names, &cues, language);
    let words = |quoted: &marks::Quoted| quoted.parts.iter().map(|&part| count_words(&text, part)).sum();
    let quoted_words: Vec<usize> = quoted.iter().map(words).collect();
    let context = AttributionContext {
        text: &text,
        tokens: &tokens,
        quoted: &quoted,
        sentences: &sentences,
        cues: &cues,
        phrases: &phrases,
        language,
        embedded: &embedded,
        unmasked: &unmasked,
        quoted_words: &quoted_words,
    };
    let attributions = context.attribute();
    let mut quotes = quotes::assemble(&context, &attributions, &blocks);
    unlisted::retain_quoted_speakers(&mut names, &mut quotes, listed_entities);
    Annotation { language: tag, blocks, entities: names.entities, mentions: names.mentions, quotes }
}
