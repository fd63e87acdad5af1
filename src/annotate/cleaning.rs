//! Reads text that a faulty program has damaged as if it were clean: HTML left in it, characters of Windows-1252, UTF-8
//! that was read as Windows-1252, and Markdown.

use std::borrow::Cow;

use super::{Annotation, Span};
use unicode_normalization::char::compose;

/// Maximum length of an HTML tag and of an entity, in code points. It keeps the work linear.
const MAX_TAG: usize = 400;
const MAX_ENTITY: usize = 10;

/// The clean form of a damaged text.
#[derive(Debug, PartialEq)]
pub struct Cleaned {
    pub body: String,
    /// For each code point of `body`, the code points of the damaged text that it stands for.
    origins: Vec<Span>,
}

/// The clean form of a text, for looking up its words.
pub fn cleaned(body: &str) -> Cow<'_, str> {
    clean(body).map_or(Cow::Borrowed(body), |cleaned| Cow::Owned(cleaned.body))
}

/// Cleans a text; `None` when it is clean. Linear in its length.
pub fn clean(body: &str) -> Option<Cleaned> {
    let suspect = |&byte: &u8| matches!(byte, b'&' | b'<' | b'>' | b'*' | b'#' | b'_');
    let mojibake = ["Ã", "Â", "â€"].iter().any(|sign| body.contains(sign));
    let controls = || body.chars().any(is_c1_control);
    let links = body.contains("](");
    if !mojibake && !links && !body.as_bytes().iter().any(suspect) && !controls() {
        return None;
    }
    let chars: Vec<char> = body.chars().collect();
    let mut out = Cleaned { body: String::with_capacity(body.len()), origins: Vec::with_capacity(chars.len()) };
    let mut at = 0;
    while at < chars.len() {
        let (found, width) = replacement(&chars, at, mojibake).unwrap_or((Some(chars[at]), 1));
        if let Some(c) = found {
            out.body.push(c);
            out.origins.push(Span { start: at, end: at + width });
        }
        at += width;
    }
    (out.body != body).then_some(out)
}

impl Cleaned {
    /// Moves the spans of findings in the clean text to the damaged one.
    pub fn restore(&self, annotation: &mut Annotation) {
        let restore = |span: &mut Span| *span = self.origin(*span);
        annotation.blocks.iter_mut().for_each(|block| restore(&mut block.span));
        annotation.mentions.iter_mut().for_each(|mention| restore(&mut mention.span));
        for quote in &mut annotation.quotes {
            quote.spans.iter_mut().for_each(restore);
            [&mut quote.speaker_span, &mut quote.reference_span, &mut quote.cue_span]
                .into_iter()
                .flatten()
                .for_each(restore);
        }
    }

    fn origin(&self, span: Span) -> Span {
        Span { start: self.origins[span.start].start, end: self.origins[span.end - 1].end }
    }
}

/// The character that replaces damaged ones at `at`, none if they are dropped, and the number of damaged ones.
fn replacement(chars: &[char], at: usize, mojibake: bool) -> Option<(Option<char>, usize)> {
    match chars[at] {
        '&' => entity(&chars[at + 1..]).map(|(c, length)| (Some(c), length + 1)),
        '<' if at == 0 || chars[at - 1] != '<' => tag(&chars[at + 1..]).map(|(c, length)| (c, length + 1)),
        'Ã' | 'Â' | 'â' if mojibake => misread(&chars[at..]).map(|(c, length)| (Some(c), length)),
        c if is_c1_control(c) => Some((Some(windows_1252(u32::from(c))?), 1)),
        c => link(chars, at, c).or_else(|| markdown(chars, at, c)).map(|length| (None, length)),
    }
}

fn is_c1_control(c: char) -> bool {
    // U+0085 is a line break of its own.
    matches!(c, '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}')
}

/// The characters of Windows-1252 from 0x80 to 0x9F; a space where it has none.
const WINDOWS_1252: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

fn windows_1252(byte: u32) -> Option<char> {
    let index = usize::try_from(byte.checked_sub(0x80)?).ok()?;
    WINDOWS_1252.chars().nth(index).filter(|&c| c != ' ')
}

/// The byte of a character in Windows-1252, if it continues a character in UTF-8.
fn continuation_byte(c: char) -> Option<u32> {
    let byte = match WINDOWS_1252.chars().position(|other| other == c && c != ' ') {
        Some(index) => 0x80 + u32::try_from(index).ok()?,
        None => u32::from(c),
    };
    (0x80..0xc0).contains(&byte).then_some(byte)
}

/// The character whose UTF-8 was read as Windows-1252, and its length there.
fn misread(chars: &[char]) -> Option<(char, usize)> {
    let (length, last) = match chars {
        ['â', '€', '\u{fffd}' | '\u{9d}', ..] => return Some(('”', 3)),
        ['â', '€', last, ..] => (3, 0x2000 | (continuation_byte(*last)? & 0x3f)),
        ['Ã', last, ..] => (2, 0xc0 | (continuation_byte(*last)? & 0x3f)),
        // The no-break space of `Â\u{a0}` became a space.
        ['Â', ' ', ..] => return Some(('\u{a0}', 2)),
        ['Â', last, ..] => (2, 0x80 | (continuation_byte(*last)? & 0x3f)),
        _ => return None,
    };
    Some((char::from_u32(last)?, length))
}

/// The character of an HTML entity after its `&`, and its length with the semicolon.
fn entity(chars: &[char]) -> Option<(char, usize)> {
    let length = chars.iter().take(MAX_ENTITY).position(|&c| c == ';')?;
    let name: String = chars[..length].iter().collect();
    let number = name.strip_prefix('#').map(|number| match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    });
    let found = match number {
        Some(number) => {
            number.and_then(|number| windows_1252(number).or(char::from_u32(number)).filter(|&c| c != '\0'))
        }
        None => named(&name),
    };
    found.map(|c| (c, length + 1))
}

/// The character of a named HTML entity.
fn named(name: &str) -> Option<char> {
    Some(match name {
        "quot" => '"',
        "amp" => '&',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => '\u{a0}',
        "thinsp" => '\u{2009}',
        "laquo" => '«',
        "raquo" => '»',
        "lsaquo" => '‹',
        "rsaquo" => '›',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "lsquo" => '‘',
        "rsquo" => '’',
        "sbquo" => '‚',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "euro" => '€',
        "deg" => '°',
        "szlig" => 'ß',
        "aelig" => 'æ',
        "AElig" => 'Æ',
        "oelig" => 'œ',
        "OElig" => 'Œ',
        "oslash" => 'ø',
        "Oslash" => 'Ø',
        _ => return accented(name),
    })
}

/// The letter of an entity such as `eacute`.
fn accented(name: &str) -> Option<char> {
    let mut rest = name.chars();
    let letter = rest.next().filter(char::is_ascii_alphabetic)?;
    let accent = match rest.as_str() {
        "grave" => '\u{300}',
        "acute" => '\u{301}',
        "circ" => '\u{302}',
        "tilde" => '\u{303}',
        "uml" => '\u{308}',
        "ring" => '\u{30a}',
        "caron" => '\u{30c}',
        "cedil" => '\u{327}',
        _ => return None,
    };
    compose(letter, accent)
}

/// Elements that begin a line of their own.
const BLOCKS: [&str; 22] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "tr",
    "td",
    "th",
    "table",
    "hr",
    "section",
    "article",
    "figcaption",
    "header",
];

/// The line break or nothing that replaces an HTML tag after its `<`, and the length of the tag.
fn tag(chars: &[char]) -> Option<(Option<char>, usize)> {
    let name = chars.strip_prefix(&['/']).unwrap_or(chars);
    let comment = matches!(chars, ['!', '-', '-', ..]);
    if !comment && !name.first()?.is_ascii_alphabetic() {
        return None;
    }
    let length = chars.iter().take(MAX_TAG).position(|&c| c == '>')?;
    let name: String = name.iter().take(12).take_while(|c| c.is_ascii_alphanumeric()).collect();
    let block = BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(&name));
    Some((block.then_some('\n'), length + 1))
}

/// The length of the marks around the words of a Markdown link at `at`: `[Luc Morel](https://example.org)`.
fn link(chars: &[char], at: usize, c: char) -> Option<usize> {
    match c {
        '[' => {
            let length = chars[at + 1..].iter().take(MAX_TAG).position(|c| matches!(c, ']' | '[' | '\n'))?;
            let close = at + 1 + length;
            (chars[close] == ']' && link(chars, close, ']').is_some()).then_some(1)
        }
        ']' if chars.get(at + 1) == Some(&'(') => {
            let target = &chars[at + 2..];
            let is_address = target.starts_with(&['h', 't', 't', 'p']) || target.first() == Some(&'/');
            let length = target.iter().take(MAX_TAG).position(|c| *c == ')' || c.is_whitespace())?;
            (is_address && target[length] == ')').then_some(length + 3)
        }
        _ => None,
    }
}

/// The length of a mark of Markdown at `at`: emphasis, or a heading, bullet or quotation at the start of a line.
fn markdown(chars: &[char], at: usize, c: char) -> Option<usize> {
    let next = chars.get(at + 1);
    let opens_line = at == 0 || chars[at - 1] == '\n' || chars[at - 1] == '#';
    match c {
        '*' | '_' if next == Some(&c) => Some(2),
        '>' | '*' | '#' if opens_line && matches!(next, Some(' ' | '#')) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_text_is_read_as_clean() {
        for (damaged, clean) in [
            ("&laquo;&nbsp;Rien n&rsquo;est perdu&nbsp;&raquo;", "«\u{a0}Rien n’est perdu\u{a0}»"),
            ("L&eacute;a &Ccedil;a &#39;non&#39; &#x201c;oui&#148;", "Léa Ça 'non' “oui”"),
            ("<p class=\"a\">Un <strong>deux</strong>.</p>", "\nUn deux.\n"),
            ("\u{93}Rien\u{94} d\u{92}autre", "“Rien” d’autre"),
            ("â€œRienâ€\u{9d}, Ã©crit-elle, lâ€™Ã©tÃ©â€¦", "“Rien”, écrit-elle, l’été…"),
            ("Â«Â\u{a0}OuiÂ\u{a0}Â»", "«\u{a0}Oui\u{a0}»"),
            ("[Dana Orr](https://example.org/a?b=c), [sic] et [a](b c)", "Dana Orr, [sic] et [a](b c)"),
            ("## Titre\n> **Dana Orr**: oui\n* non", " Titre\n Dana Orr: oui\n non"),
        ] {
            assert_eq!(cleaned(damaged), clean);
        }
    }

    #[test]
    fn clean_text_stays_as_it_is() {
        for body in
            ["R&D et AT&T; a < b > c, 3 * 4, #oui", "L'ÂGE, le pâté, « À » et « É\u{a0}»", "Un_deux & trois ; quatre"]
        {
            assert_eq!(clean(body), None, "{body}");
        }
    }

    #[test]
    fn spans_go_back_to_the_damaged_text() {
        let cleaned = clean("&laquo;&nbsp;L&eacute;a").unwrap();
        assert_eq!(cleaned.origin(Span { start: 2, end: 5 }), Span { start: 13, end: 23 });
    }
}
