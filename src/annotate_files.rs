//! The commands `annotate` and `evaluate`: find quotes and names in files, and score them, without a service.

mod evaluate;
mod input;
mod json;
mod labels;
mod report;
mod score;

use crate::annotate::dictionary::Dictionary;
use crate::annotate::{Document, annotate};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use input::{Article, Input};
use std::fs;
use std::io::{self, IsTerminal, Write};

pub use evaluate::{EvaluateSettings, run as evaluate};

/// Arguments of the command `annotate`.
#[derive(Debug, Args)]
pub struct AnnotateSettings {
    /// Files of plain text, or of JSON lines when the name ends in .jsonl; `-` or no file is the standard input. A JSON
    /// line is an object with `body` (or `text`), and optionally `id`, `headline` and `language` (or `lang`)
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Print each article as a line of JSON, in the shape of `POST /v1/annotate`
    #[arg(long)]
    json: bool,
    /// Print each article as a line of JSON, in the form that `evaluate` reads, to be corrected by hand
    #[arg(long, conflicts_with = "json")]
    labels: bool,
    /// Read JSON lines from all files
    #[arg(long)]
    jsonl: bool,
    /// Language of articles without a language, a BCP 47 primary tag such as fr; detected by default
    #[arg(long, value_name = "TAG", value_parser = language)]
    lang: Option<String>,
}

/// A failure to annotate all articles.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateError {
    /// Each failure was printed on standard error.
    #[error("{0} of the articles could not be read")]
    Unread(usize),
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

/// Annotates the articles of the files and prints the findings.
///
/// An article that cannot be read is reported on standard error, by file and line, and skipped.
///
/// # Errors
/// When an article cannot be read, or the output cannot be written.
pub fn run(settings: &AnnotateSettings) -> Result<(), AnnotateError> {
    crate::annotate::prepare();
    let stdin = ["-".to_owned()];
    let names = if settings.files.is_empty() { &stdin } else { &settings.files[..] };
    let mut work = Work { settings, progress: progress(names), out: io::stdout().lock(), failed: 0 };
    let printed = names.iter().try_for_each(|name| work.file(name));
    work.progress.finish_and_clear();
    match printed {
        // The reader of the output, such as `head`, has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        printed => printed?,
    }
    if work.failed == 0 { Ok(()) } else { Err(AnnotateError::Unread(work.failed)) }
}

struct Work<'a> {
    settings: &'a AnnotateSettings,
    progress: ProgressBar,
    out: io::StdoutLock<'static>,
    failed: usize,
}

impl Work<'_> {
    /// # Errors
    /// Only those of printing.
    fn file(&mut self, name: &str) -> io::Result<()> {
        let mut input = Input::open(name, self.settings.jsonl);
        while let Some(read) = input.next() {
            self.progress.inc(input.taken());
            match read {
                Ok(article) => self.article(&article)?,
                Err(failure) => {
                    self.failed += 1;
                    self.progress.suspend(|| eprintln!("verbatim: {failure}"));
                }
            }
        }
        Ok(())
    }

    fn article(&mut self, article: &Article) -> io::Result<()> {
        let language = article.language.as_deref().and_then(|tag| tag.split('-').next());
        let document = Document {
            headline: article.headline.as_deref(),
            body: &article.body,
            language: language.or(self.settings.lang.as_deref()),
        };
        let found = annotate(&document, &Dictionary::default());
        let shown = match (self.settings.json, self.settings.labels) {
            (true, _) => json::line(article, &found),
            (_, true) => labels::line(article, &found),
            _ => report::text(article, &found),
        };
        self.progress.suspend(|| self.out.write_all(shown.as_bytes()))
    }
}

/// A progress bar for several files or JSON lines, on a terminal.
fn progress(names: &[String]) -> ProgressBar {
    let is_long = names.len() > 1 || input::has_json_lines(&names[0]);
    if !is_long || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bytes = names.iter().filter_map(|name| fs::metadata(name).ok()).map(|file| file.len()).sum();
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes_per_sec}  {eta} to go");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn language(tag: &str) -> Result<String, String> {
    let is_tag = (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase());
    is_tag.then(|| tag.to_owned()).ok_or_else(|| "a language is two or three lower-case letters, such as fr".to_owned())
}
