//! `verbatim import`: sends files to a running service, or to one of its own on a database, in parts, and reports the records that
//! fail.

mod encoding;
mod formats;
mod input;
mod own_service;
mod pages;
mod state;

use super::outcome::Outcome;
use super::service_client::{ServiceClient, ServiceSettings};
use crate::domain::network::{Network, NoNetwork};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use input::{Format, Input, Part};
use own_service::OwnService;
use pages::Pages;
use serde::Deserialize;
use state::State;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

/// The settings of `import`.
#[derive(Debug, Args)]
pub(super) struct ImportSettings {
    /// Files or folders to import, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Format of the files; by default that of their names or contents
    #[arg(long, value_enum)]
    format: Option<input::Format>,

    /// Columns or members of the files under the names of the service, such as headline=title,body=text
    #[arg(long, value_name = "MEMBER=COLUMN", value_delimiter = ',')]
    map: Vec<String>,

    /// Find quotes, speakers and names in each article
    #[arg(long)]
    annotate: bool,

    /// Store nothing, and report what would fail
    #[arg(long)]
    dry_run: bool,

    /// Leave stored records as they are
    #[arg(long)]
    keep: bool,

    /// File that remembers how far the import is: after a break, it goes on from there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Networks that pages may be fetched from besides the public internet, such as 10.0.0.0/8
    #[arg(long, value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    page_network: Vec<Network>,

    #[command(flatten)]
    service: ServiceSettings,

    /// Database to import into without a running service, instead of --url
    #[arg(long, value_name = "URL", help_heading = "Service")]
    database_url: Option<String>,
}

fn network(text: &str) -> Result<Network, String> {
    text.parse().map_err(|error: NoNetwork| error.to_string())
}

/// Why an import failed, as a whole or in part.
#[derive(Debug, thiserror::Error)]
pub(super) enum ImportError {
    #[error("{0}")]
    Input(String),
    #[error("nothing was imported: {failed} records failed")]
    Nothing { failed: u64 },
    #[error("the service cannot store records at present: {0}")]
    Unavailable(String),
    #[error("{failed} records failed")]
    Some { failed: u64 },
    #[error("the answer of the service is not complete: {0}")]
    CutOff(io::Error),
}

impl ImportError {
    /// Whether nothing was imported, which has its own exit code.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing { .. } | Self::Input(_))
    }
}

/// A line of the response.
#[derive(Debug, Deserialize)]
struct Line {
    line: u64,
    result: String,
    problem: Option<Problem>,
}

#[derive(Debug, Deserialize)]
struct Problem {
    status: u16,
    detail: String,
}

/// The number of records with each result.
#[derive(Debug, Default)]
struct Counts {
    created: u64,
    updated: u64,
    unchanged: u64,
    failed: u64,
}

pub(super) fn run(settings: &ImportSettings) -> Outcome {
    let own = settings.database_url.as_deref().map(OwnService::start).transpose()?;
    let client = own.as_ref().map_or_else(|| ServiceClient::new(&settings.service), OwnService::client);
    let pages = (settings.format == Some(Format::Urls)).then(|| Pages::new(settings.page_network.clone()));
    let path = format!(
        "/v1/import?annotate={}&dry_run={}&on_conflict={}",
        settings.annotate,
        settings.dry_run,
        if settings.keep { "keep" } else { "update" }
    );
    // A dry run stores nothing that a later run could skip.
    let mut state = State::open(settings.state.as_deref().filter(|_| !settings.dry_run))?;
    let mut counts = Counts::default();
    let (files, map) = (input::files(&settings.files)?, input::renames(&settings.map)?);
    let bytes = files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    let bar = ProgressBar::new(bytes);
    let template = "{bar:30} {percent}% {bytes_per_sec}, {eta} left, {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    for file in files {
        let name = file.display().to_string();
        let done = state.done(&name);
        let mut input = Input::open(&file, settings.format, &map, pages.as_ref(), done)?;
        while let Some(part) = input.next_part()? {
            bar.inc(part.bytes_read);
            if part.last_number() <= done {
                continue;
            }
            send(&client, &path, &name, part, &mut counts, &bar)?;
            state.record(&name, input.number())?;
            bar.set_message(format!("{} records", counts.created + counts.updated + counts.unchanged + counts.failed));
        }
    }
    bar.finish_and_clear();
    let Counts { created, updated, unchanged, failed } = counts;
    println!("{created} created, {updated} updated, {unchanged} unchanged, {failed} failed");
    match (failed, created + updated + unchanged) {
        (0, _) => Ok(()),
        (failed, 0) => Err(ImportError::Nothing { failed }.into()),
        (failed, _) => Err(ImportError::Some { failed }.into()),
    }
}

/// Sends a part, and reports its records that fail.
fn send(
    client: &ServiceClient,
    path: &str,
    name: &str,
    mut part: Part,
    counts: &mut Counts,
    bar: &ProgressBar,
) -> Outcome {
    let report = |counts: &mut Counts, number: u64, why: &str| {
        counts.failed += 1;
        bar.suspend(|| eprintln!("{name}:{number}: {why}"));
    };
    for (number, why) in &part.failures {
        report(counts, *number, why);
    }
    if part.numbers.is_empty() {
        return Ok(());
    }
    let (media_type, body) = (part.media_type, std::mem::take(&mut part.body));
    let answer = client.post(path, media_type, body)?;
    let lines = BufReader::new(answer.into_body().into_reader()).lines();
    let mut answered = 0;
    for line in lines {
        let line = line.map_err(ImportError::CutOff)?;
        let line: Line = serde_json::from_str(&line)?;
        // Such records are not at fault: with --state they are sent again later.
        if let Some(Problem { status: 500.., detail }) = line.problem {
            return Err(ImportError::Unavailable(detail).into());
        }
        let number = part.number_at(line.line);
        answered += 1;
        match line.result.as_str() {
            "created" => counts.created += 1,
            "updated" => counts.updated += 1,
            "unchanged" => counts.unchanged += 1,
            _ => report(counts, number, line.problem.as_ref().map_or("failed", |problem| &problem.detail)),
        }
    }
    if answered < part.numbers.len() {
        let cause = format!("{} of {} records are answered", answered, part.numbers.len());
        return Err(ImportError::CutOff(io::Error::new(io::ErrorKind::UnexpectedEof, cause)).into());
    }
    Ok(())
}
