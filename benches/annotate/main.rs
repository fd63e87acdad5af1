//! Measures the speed of the extractor: `cargo bench --bench annotate`.
//!
//! Prints articles a second of French and English news on one core (`elem/s`), percentiles of the time for one article,
//! memory, and the time for a megabyte of each of several hostile texts.

mod news;

use criterion::{BatchSize, Criterion, Throughput, criterion_group};
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};
use verbatim::annotate::dictionary::Dictionary;
use verbatim::annotate::{Document, annotate};

/// Articles of each language.
const ARTICLES: usize = 200;
/// Size of a hostile text in bytes, the largest of an article.
const HOSTILE: usize = 1 << 20;

fn read(body: &str, language: &str) -> usize {
    let found = annotate(&Document { headline: None, body, language: Some(language) }, &Dictionary::default());
    found.quotes.len() + found.mentions.len()
}

fn ordinary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("news");
    group.sample_size(20).measurement_time(Duration::from_secs(8)).throughput(Throughput::Elements(1));
    for language in news::LANGUAGES {
        let articles = news::articles(language, ARTICLES);
        let mut next = articles.iter().cycle();
        group.bench_function(language, |bencher| {
            let article = || next.next().expect("a cycle has no end");
            bencher.iter_batched(article, |body| read(black_box(body), language), BatchSize::SmallInput);
        });
    }
    group.finish();
}

fn hostile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one megabyte of");
    let bytes = u64::try_from(HOSTILE).expect("a megabyte is counted in 64 bits");
    group.sample_size(10).measurement_time(Duration::from_secs(8)).throughput(Throughput::Bytes(bytes));
    for (name, piece) in [
        ("quotation marks", "\""),
        ("openers without closers", "« “"),
        ("a quotation that continues in each line", "\"a\n"),
        ("capital letters", "A"),
        ("capital words", "Ab "),
        ("one sentence", "Anne Morel, ministre, a déclaré « oui », selon elle, que "),
    ] {
        let body = piece.repeat(HOSTILE / piece.len());
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(&body), "fr")));
    }
    group.finish();
}

/// Prints percentiles and memory, which criterion does not.
fn percentiles() {
    for language in news::LANGUAGES {
        let articles = news::articles(language, ARTICLES);
        let bytes: usize = articles.iter().map(String::len).sum();
        let found: usize = articles.iter().map(|body| read(body, language)).sum();
        let time = |body: &String| {
            let begun = Instant::now();
            black_box(read(body, language));
            begun.elapsed()
        };
        let mut times: Vec<Duration> = (0..5).flat_map(|_| articles.iter().map(time)).collect();
        times.sort_unstable();
        let spent: Duration = times.iter().sum();
        println!(
            "{language}: {:.0} articles a second of {} bytes and {} findings; p50 {:.2?}, p99 {:.2?}, longest {:.2?}",
            times.len() as f64 / spent.as_secs_f64(),
            bytes / ARTICLES,
            found / ARTICLES,
            times[times.len() / 2],
            times[times.len() * 99 / 100],
            times[times.len() - 1],
        );
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")) {
        println!("{line}");
    }
}

criterion_group!(benches, ordinary, hostile);

fn main() {
    percentiles();
    benches();
    Criterion::default().configure_from_args().final_summary();
}
