//! Reads articles from files, and reports the lines that cannot be read.

use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// An article to annotate. Other members are ignored.
#[derive(Debug, Deserialize)]
pub struct Article {
    /// Printed as given; by default the name of the file, with the line number for JSON lines.
    #[serde(default)]
    pub id: Value,
    pub headline: Option<String>,
    #[serde(alias = "text")]
    pub body: String,
    /// BCP 47 tag, of which the primary tag counts.
    #[serde(alias = "lang")]
    pub language: Option<String>,
}

/// An article that cannot be read: its place and the reason.
#[derive(Debug)]
pub struct Failure {
    file: String,
    /// Line number from 1, for JSON lines.
    line: Option<usize>,
    why: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.why),
            None => write!(f, "{}: {}", self.file, self.why),
        }
    }
}

/// The articles of a file: one in a plain text, one for each JSON line.
pub struct Input {
    name: String,
    state: State,
    /// Line number of the last article, from 1.
    line: usize,
    /// Size of the last article in bytes.
    taken: usize,
}

enum State {
    Broken(io::Error),
    Text(Box<dyn Read>),
    Lines(Box<dyn BufRead>),
    Done,
}

/// Whether a file has JSON lines, by its name.
pub fn has_json_lines(name: &str) -> bool {
    name.ends_with(".jsonl")
}

impl Input {
    /// Opens a file, or the standard input for `-`. [`Input::next`] returns a failure to open it.
    pub fn open(name: &str, is_jsonl: bool) -> Self {
        let source = match name {
            "-" => Ok(Box::new(io::stdin()) as Box<dyn Read>),
            name => File::open(name).map(|file| Box::new(file) as Box<dyn Read>),
        };
        let state = match source {
            Err(error) => State::Broken(error),
            Ok(source) if is_jsonl || has_json_lines(name) => State::Lines(Box::new(BufReader::new(source))),
            Ok(source) => State::Text(source),
        };
        Self { name: name.to_owned(), state, line: 0, taken: 0 }
    }

    /// The size of the last article in bytes.
    pub fn taken(&self) -> u64 {
        u64::try_from(self.taken).unwrap_or(u64::MAX)
    }

    /// The next article. A line that cannot be read does not end the file.
    pub fn next(&mut self) -> Option<Result<Article, Failure>> {
        self.taken = 0;
        match std::mem::replace(&mut self.state, State::Done) {
            State::Done => None,
            State::Broken(error) => Some(Err(self.failure(error.to_string()))),
            State::Text(source) => Some(self.text(source)),
            State::Lines(lines) => self.json_line(lines),
        }
    }

    fn text(&mut self, mut source: Box<dyn Read>) -> Result<Article, Failure> {
        let mut bytes = Vec::new();
        source.read_to_end(&mut bytes).map_err(|error| self.failure(error.to_string()))?;
        self.taken = bytes.len();
        let body = self.utf8(bytes)?;
        Ok(Article { id: self.name.clone().into(), headline: None, body, language: None })
    }

    /// The next line that is not blank.
    fn json_line(&mut self, mut lines: Box<dyn BufRead>) -> Option<Result<Article, Failure>> {
        loop {
            let mut bytes = Vec::new();
            self.line += 1;
            match lines.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(read) => self.taken += read,
                Err(error) => return Some(Err(self.failure(error.to_string()))),
            }
            if !bytes.iter().all(u8::is_ascii_whitespace) {
                self.state = State::Lines(lines);
                return Some(self.utf8(bytes).and_then(|line| self.article(line.trim_end())));
            }
        }
    }

    fn article(&self, line: &str) -> Result<Article, Failure> {
        let mut article: Article = serde_json::from_str(line).map_err(|error| self.failure(reason(&error)))?;
        if article.id.is_null() {
            article.id = format!("{}:{}", self.name, self.line).into();
        }
        Ok(article)
    }

    fn utf8(&self, bytes: Vec<u8>) -> Result<String, Failure> {
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            self.failure(format!("not UTF-8 at byte {at}"))
        })
    }

    fn failure(&self, why: String) -> Failure {
        let line = (self.line > 0).then_some(self.line);
        Failure { file: self.name.clone(), line, why }
    }
}

/// The error of a line, without its number.
fn reason(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let what = said.split(" at line 1 column ").next().unwrap_or(&said);
    format!("{what} (column {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str) -> Vec<Result<Article, Failure>> {
        let state = State::Lines(Box::new(text.as_bytes()));
        let mut input = Input { name: "a.jsonl".to_owned(), state, line: 0, taken: 0 };
        std::iter::from_fn(|| input.next()).collect()
    }

    #[test]
    fn an_article_without_id_has_its_place_for_one() {
        let read = lines("\n{\"text\": \"Oui.\", \"quotes\": []}\n{\"id\": 7, \"text\": \"Non.\", \"lang\": \"fr\"}");
        let ids: Vec<Value> = read.into_iter().map(|article| article.unwrap().id).collect();
        assert_eq!(ids, [Value::from("a.jsonl:2"), Value::from(7)]);
    }

    #[test]
    fn a_broken_line_is_named_and_the_others_are_read() {
        let read = lines("{\"text\": 1}\n{\"text\": \"Oui.\"}\n{\"headline\": \"Sans texte\"}\n");
        let said: Vec<String> = read
            .into_iter()
            .map(|article| article.map_or_else(|failure| failure.to_string(), |article| article.body))
            .collect();
        assert_eq!(
            said,
            [
                "a.jsonl:1: invalid type: integer `1`, expected a string (column 10)",
                "Oui.",
                "a.jsonl:3: missing field `body` (column 26)",
            ]
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let mut input = Input::open("no/such/file.txt", false);
        let said = input.next().unwrap().unwrap_err().to_string();
        assert!(said.starts_with("no/such/file.txt: No such file"), "{said}");
        assert!(input.next().is_none());
    }
}
