//! How a quote is cited: APA and BibTeX.

use crate::domain::article::Article;
use crate::domain::quote::Quote;
use chrono::Datelike;

/// A quote in its article, and the name of its speaker.
pub struct Citation<'a> {
    pub quote: &'a Quote,
    pub article: &'a Article,
    pub speaker: Option<&'a str>,
    /// The permanent link of the quote.
    pub link: &'a str,
}

impl Citation<'_> {
    /// The words with their speaker, as cited in the article, and the article as the source (APA 7, 8.6).
    pub fn apa(&self) -> String {
        let Article { headline, authors, published_at, publisher, .. } = self.article;
        let date = published_at.map_or("n.d.".to_owned(), |time| time.format("%Y, %B %-d").to_string());
        let mut parts = match &authors[..] {
            [] => vec![format!("{headline}. ({date}).")],
            authors => vec![format!("{}. ({date}). {headline}.", authors.join(", "))],
        };
        parts.extend(publisher.as_ref().map(|publisher| format!("{publisher}.")));
        parts.push(self.address().to_owned());
        let source = authors.first().or(publisher.as_ref()).unwrap_or(headline);
        let year = published_at.map_or("n.d.".to_owned(), |time| time.year().to_string());
        let speaker = self.speaker.map_or(String::new(), |speaker| format!("{speaker}, "));
        format!("“{}” ({speaker}as cited in {source}, {year}). {}", self.quote.text, parts.join(" "))
    }

    pub fn bibtex(&self) -> String {
        let Article { headline, authors, published_at, publisher, language, .. } = self.article;
        let note = match self.speaker {
            Some(speaker) => format!("{speaker}: “{}”. {}", self.quote.text, self.link),
            None => format!("“{}”. {}", self.quote.text, self.link),
        };
        let fields = [
            ("title", Some(escaped(headline))),
            ("author", (!authors.is_empty()).then(|| escaped(&authors.join(" and ")))),
            ("journal", publisher.as_deref().map(escaped)),
            ("year", published_at.map(|time| time.year().to_string())),
            ("date", published_at.map(|time| time.date_naive().to_string())),
            ("langid", Some(escaped(language))),
            // TeX reads an address as it is, up to the brace that closes it.
            ("url", Some(self.address().replace('{', "%7B").replace('}', "%7D"))),
            ("note", Some(escaped(&note))),
        ];
        let lines = fields.into_iter().filter_map(|(name, value)| Some(format!("  {name} = {{{}}}", value?)));
        format!("@article{{verbatim-{},\n{}\n}}", self.quote.id, lines.collect::<Vec<_>>().join(",\n"))
    }

    /// The address of the article, or of the quote if the article has none.
    fn address(&self) -> &str {
        self.article.url.as_deref().unwrap_or(self.link)
    }
}

/// A text without the characters that mean something to TeX.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\\' => "\\textbackslash{}".to_owned(),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => format!("\\{c}"),
            '~' => "\\textasciitilde{}".to_owned(),
            '^' => "\\textasciicircum{}".to_owned(),
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_tex_is_escaped() {
        assert_eq!(escaped("50 % d’«\u{a0}é\u{a0}»\n{\\a}"), "50 \\% d’«\u{a0}é\u{a0}» \\{\\textbackslash{}a\\}");
    }
}
