//! The command `evaluate`: scores the quotes and speakers found in labelled articles.

use super::score::{Judged, LabelledArticle, QuoteCounts, Track, measures, score};
use crate::annotate::dictionary::Dictionary;
use crate::annotate::{Annotation, Document, Evidence, annotate};
use crate::table::table;
use clap::Args;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Arguments of the command `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateSettings {
    /// Files of labelled articles, one JSON object a line: {"text", "lang", "quotes": [{"start", "end", "spans", "type",
    /// "speaker", "speaker_spans", "reference", "dont_care"}]}, offsets in code points, end exclusive, types direct, partial, mixed
    /// and indirect; an article without `quotes` is skipped
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print the table of confidences that the binary is built with, src/annotate/calibration.tsv, as these files make it
    #[arg(long)]
    calibrate: bool,
}

/// A failure to evaluate.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}:{line}: {source}", path.display())]
    Line { path: PathBuf, line: usize, source: serde_json::Error },
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

/// Quotes and smallest overlaps that are scored.
const SCORED: [(&str, Track, f64); 4] = [
    ("quoted", Track::Quoted, 0.8),
    ("quoted", Track::Quoted, 0.3),
    ("indirect", Track::Indirect, 0.3),
    ("all", Track::All, 0.3),
];

/// Confidences from which speakers are counted.
const STEPS: [f32; 6] = [0.95, 0.9, 0.8, 0.7, 0.5, 0.0];

/// The scores of all articles.
#[derive(Default)]
struct Report {
    /// By language, the index in [`SCORED`].
    counts: BTreeMap<(String, usize), QuoteCounts>,
    judged: Vec<Judged>,
}

/// Scores the findings in the articles of the files and prints them as tables.
///
/// # Errors
/// When a file cannot be read, a line is no labelled article, or the output cannot be written.
pub fn run(settings: &EvaluateSettings) -> Result<(), EvaluateError> {
    crate::annotate::prepare();
    let mut report = Report::default();
    for path in &settings.files {
        for article in read(path)? {
            report.add(&article);
        }
    }
    let text = if settings.calibrate { report.calibration() } else { report.tables() };
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

/// The articles of a file whose quotes are labelled.
fn read(path: &Path) -> Result<Vec<LabelledArticle>, EvaluateError> {
    let text = fs::read_to_string(path).map_err(|source| EvaluateError::File { path: path.to_owned(), source })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let articles = lines.map(|(at, line)| {
        serde_json::from_str(line).map_err(|source| EvaluateError::Line { path: path.to_owned(), line: at + 1, source })
    });
    let articles: Vec<LabelledArticle> = articles.collect::<Result<_, _>>()?;
    Ok(articles.into_iter().filter(|article| article.quotes.is_some()).collect())
}

impl Report {
    fn add(&mut self, article: &LabelledArticle) {
        let document = Document { headline: None, body: &article.text, language: article.lang.as_deref() };
        let found: Annotation = annotate(&document, &Dictionary::default());
        for (index, (_, track, overlap)) in SCORED.into_iter().enumerate() {
            let score = score(article, &found, track, overlap);
            *self.counts.entry((found.language.clone(), index)).or_default() += score.counts;
            if track == Track::All {
                self.judged.extend(score.judged);
            }
        }
    }

    fn tables(&self) -> String {
        let head = ["LANGUAGE", "QUOTES", "OVERLAP", "LABELLED", "P", "R", "F", "SPEAKER", "E2E P", "E2E R", "E2E F"];
        let mut rows = vec![head.map(str::to_owned)];
        for ((language, index), counts) in &self.counts {
            let (name, _, overlap) = SCORED[*index];
            let [p, r, f] = measures(counts.matched, counts.found, counts.labelled).map(percent);
            let speaker = percent(measures(counts.right_speakers, counts.speakers, 0)[0]);
            let [ep, er, ef] = measures(counts.end_to_end, counts.found, counts.labelled).map(percent);
            let labelled = counts.labelled.to_string();
            let overlap = overlap.to_string();
            rows.push([language.clone(), name.to_owned(), overlap, labelled, p, r, f, speaker, ep, er, ef]);
        }
        let mut steps = vec![["CONFIDENCE", "SPEAKERS", "SHARE", "RIGHT"].map(str::to_owned)];
        for step in STEPS {
            let (right, all) = counted(self.judged.iter().filter(|one| one.confidence >= step));
            let [share, right] = [measures(all, self.judged.len(), 0)[0], measures(right, all, 0)[0]].map(percent);
            steps.push([format!("from {step}"), all.to_string(), share, right]);
        }
        let mut patterns = vec![["PATTERN", "SOURCE", "CONFIDENCE", "SPEAKERS", "RIGHT"].map(str::to_owned)];
        for (evidence, judged) in self.by_evidence() {
            let (right, all) = counted(judged.iter().copied());
            let mean = judged.iter().map(|one| one.confidence).sum::<f32>() / all as f32;
            let right = percent(measures(right, all, 0)[0]);
            patterns.push([
                evidence.pattern.into(),
                evidence.source.into(),
                format!("{mean:.2}"),
                all.to_string(),
                right,
            ]);
        }
        format!("{}\n{}\n{}", table(&rows), table(&steps), table(&patterns))
    }

    /// The matched quotes with a labelled speaker, by their evidence.
    fn by_evidence(&self) -> BTreeMap<Evidence, Vec<&Judged>> {
        let mut by_evidence: BTreeMap<Evidence, Vec<&Judged>> = BTreeMap::new();
        for one in &self.judged {
            by_evidence.entry(one.evidence).or_default().push(one);
        }
        by_evidence
    }

    /// The table that the annotator takes its confidences from.
    fn calibration(&self) -> String {
        let mut text = "# pattern\tsource\tspeakers\tright; made by `verbatim evaluate --calibrate`\n".to_owned();
        for (evidence, judged) in self.by_evidence() {
            let (right, all) = counted(judged.into_iter());
            text += &format!("{}\t{}\t{all}\t{right}\n", evidence.pattern, evidence.source);
        }
        text
    }
}

/// The number of right speakers and of all.
fn counted<'a>(judged: impl Iterator<Item = &'a Judged>) -> (usize, usize) {
    judged.fold((0, 0), |(right, all), one| (right + usize::from(one.is_right), all + 1))
}

fn percent(share: f64) -> String {
    format!("{share:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// F of quotes and F end to end, in percent, of each row of [`SCORED`]. A change that lowers one by more than half a point
    /// fails; raise them after a change that betters them.
    const FIGURES: [(&str, &str, [[f64; 2]; 4]); 2] = [
        ("fr_wikinews.jsonl", "fr", [[98.9, 94.5], [98.9, 94.5], [84.2, 84.2], [95.5, 92.5]]),
        ("en_gum_news.jsonl", "en", [[56.4, 52.7], [76.8, 71.4], [79.7, 76.9], [79.1, 74.4]]),
    ];

    fn report(file: &str) -> Report {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/labelled").join(file);
        let mut report = Report::default();
        read(&path).unwrap().iter().for_each(|article| report.add(article));
        report
    }

    #[test]
    fn no_figure_falls_by_more_than_half_a_point() {
        for (file, language, figures) in FIGURES {
            let report = report(file);
            for (index, [quotes, end_to_end]) in figures.into_iter().enumerate() {
                let counts = report.counts[&(language.to_owned(), index)];
                let now =
                    [counts.matched, counts.end_to_end].map(|right| measures(right, counts.found, counts.labelled)[2]);
                let fell = now[0] < quotes - 0.5 || now[1] < end_to_end - 0.5;
                assert!(!fell, "{file} {:?}: {now:.1?}, was {quotes} and {end_to_end}", SCORED[index]);
            }
        }
    }

    #[test]
    fn speakers_stated_with_a_high_confidence_are_right() {
        let judged: Vec<Judged> = FIGURES.iter().flat_map(|(file, ..)| report(file).judged).collect();
        let (right, all) = counted(judged.iter().filter(|one| one.confidence >= 0.9));
        assert!(right * 1000 >= all * 975, "{right} of {all}");
        assert!(all * 100 >= judged.len() * 65, "{all} of {}", judged.len());
    }

    #[test]
    fn the_report_shows_quotes_steps_and_patterns() {
        let report = report("fr_wikinews.jsonl");
        let text = report.tables();
        for head in ["LANGUAGE", "from 0.9", "beside"] {
            assert!(text.contains(head), "{text}");
        }
        assert!(report.calibration().contains("beside\tname\t"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let path = std::env::temp_dir().join(format!("labelled-{}.jsonl", std::process::id()));
        fs::write(&path, "{\"text\": \"Oui.\"}\n{}\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        fs::remove_file(&path).unwrap();
        assert!(error.contains(":2: missing field `text`"), "{error}");
    }
}
