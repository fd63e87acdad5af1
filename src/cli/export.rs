//! `verbatim export`: writes lists, or everything, to a file.

use super::outcome::Outcome;
use super::service_client::{ServiceClient, ServiceSettings};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The settings of `export`.
#[derive(Debug, Args)]
pub(super) struct ExportSettings {
    /// What to export; `all` has everything that an import restores, in one snapshot
    #[arg(value_enum, default_value = "all")]
    what: What,

    /// File to write, or - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,

    /// Format of a list; `all` is always NDJSON
    #[arg(long, value_enum, default_value = "ndjson")]
    format: Format,

    /// Filter, sort or include of a list, such as language=fr; repeat for others
    #[arg(long, value_name = "NAME=VALUE")]
    filter: Vec<String>,

    #[command(flatten)]
    service: ServiceSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    All,
    Articles,
    Entities,
    Quotes,
    Mentions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error("--filter and --format=csv are for a list, such as `verbatim export quotes`")]
    NotForAll,
    #[error("--filter {0:?} must be NAME=VALUE")]
    BadFilter(String),
    #[error("{path} cannot be written: {source}", path = path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("the export is not complete: {0}")]
    CutOff(io::Error),
}

pub(super) fn run(settings: &ExportSettings) -> Outcome {
    let path = path(settings)?;
    let answer = ServiceClient::new(&settings.service).get(&path)?;
    let mut body = answer.into_body().into_reader();
    if settings.out.as_os_str() == "-" {
        copy(&mut body, io::stdout().lock(), Path::new("-"))?;
        return Ok(());
    }
    // The file gets its name once it is complete.
    let part = settings.out.with_added_extension("part");
    let unwritable = |source| ExportError::Unwritable { path: part.clone(), source };
    let file = File::create(&part).map_err(unwritable)?;
    let copied = copy(&mut body, BufWriter::new(file), &part);
    let renamed = copied.and_then(|()| fs::rename(&part, &settings.out).map_err(unwritable));
    if renamed.is_err() {
        drop(fs::remove_file(&part));
    }
    Ok(renamed?)
}

/// The path and the query of the request.
fn path(settings: &ExportSettings) -> Result<String, ExportError> {
    let list = match settings.what {
        What::All if !settings.filter.is_empty() || settings.format == Format::Csv => {
            return Err(ExportError::NotForAll);
        }
        What::All => return Ok("/v1/export".to_owned()),
        What::Articles => "articles",
        What::Entities => "entities",
        What::Quotes => "quotes",
        What::Mentions => "mentions",
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("format", if settings.format == Format::Csv { "csv" } else { "ndjson" });
    for filter in &settings.filter {
        let (name, value) = filter.split_once('=').ok_or_else(|| ExportError::BadFilter(filter.clone()))?;
        query.append_pair(name, value);
    }
    Ok(format!("/v1/{list}?{}", query.finish()))
}

/// Copies the response, and shows the progress.
fn copy(from: &mut impl Read, mut to: impl Write, path: &Path) -> Result<(), ExportError> {
    let unwritable = |source| ExportError::Unwritable { path: path.to_owned(), source };
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bytes} ({bytes_per_sec})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = from.read(&mut buffer).map_err(ExportError::CutOff)?;
        if read == 0 {
            break;
        }
        to.write_all(&buffer[..read]).map_err(unwritable)?;
        bar.inc(read as u64);
    }
    to.flush().map_err(unwritable)?;
    bar.finish_and_clear();
    Ok(())
}
