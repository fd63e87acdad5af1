//! The command `train-names`: trains a model of names from labelled articles.

use crate::annotate::names::gazetteer::NameLanguage;
use crate::annotate::train::{Options, cross_validate, read, train};
use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Arguments of the command `train-names`.
#[derive(Debug, Args)]
pub struct TrainSettings {
    /// File of labelled articles, one JSON object a line: {"text", "entities": [{"start", "end", "type"}]}, offsets in code points,
    /// types PER, LOC, ORG, EVENT and PROD
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Language of the articles
    #[arg(long, value_enum, default_value = "fr")]
    language: TrainedLanguage,
    /// File for the model; the binary is built with src/annotate/names/names_fr.model and names_en.model
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also cross-validate with this number of folds: the model of the other folds is scored on each
    #[arg(long, value_name = "FOLDS", value_parser = clap::value_parser!(u8).range(2..=20))]
    cross_validate: Option<u8>,
}

/// A language with a model of names.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum TrainedLanguage {
    Fr,
    En,
}

/// A failure to train.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}: no articles", .0.display())]
    Empty(PathBuf),
}

/// Trains the model: for French, two minutes of one core for 800 articles. The same data make the same model.
///
/// # Errors
/// When the data cannot be read or have no articles, or the model cannot be written.
pub fn run(settings: &TrainSettings) -> Result<(), TrainError> {
    let TrainSettings { data, out, .. } = settings;
    let begun = Instant::now();
    let text = fs::read_to_string(data).map_err(at(data))?;
    let articles = read(&text).map_err(at(data))?;
    if articles.is_empty() {
        return Err(TrainError::Empty(data.clone()));
    }
    let names: usize = articles.iter().map(|article| article.entities.len()).sum();
    eprintln!("{}: {} articles with {names} names", data.display(), articles.len());
    // It is drawn on a terminal only.
    let progress = ProgressBar::new_spinner().with_message("training");
    progress.enable_steady_tick(Duration::from_millis(100));
    let (language, options) = match settings.language {
        TrainedLanguage::Fr => (NameLanguage::French, Options::default()),
        TrainedLanguage::En => (NameLanguage::English, Options::default()),
    };
    if let Some(folds) = settings.cross_validate {
        let [rules, combined] =
            cross_validate(&articles, language, options, usize::from(folds), out).map_err(at(out))?;
        eprintln!(
            "exact span and kind in {folds} folds: F {:.1} by rules, {:.1} with the model",
            rules.f(),
            combined.f()
        );
    }
    train(&articles, language, options, out).map_err(at(out))?;
    progress.finish_and_clear();
    let size = fs::metadata(out).map_err(at(out))?.len();
    eprintln!("{}: {size} bytes, trained in {:.0} s", out.display(), begun.elapsed().as_secs_f64());
    Ok(())
}

/// Adds the name of a file to its error.
fn at(path: &Path) -> impl Fn(io::Error) -> TrainError {
    move |source| TrainError::File { path: path.to_owned(), source }
}
