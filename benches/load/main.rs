//! Generates a news collection in an empty database: `cargo bench --bench load -- --articles N --database-url URL`.
//!
//! The same `N` always makes the same articles, entities, mentions, quotes and reviews: ten years of twenty publishers
//! in French and English, with names and words by Zipf's law. Rows are copied into tables without indexes; indexes,
//! keys and triggers are rebuilt afterwards from the catalog, and the rollups are filled once. An interrupted load
//! continues when the same command is run again.

mod article;
mod catalog;
mod copy;
mod dice;
mod fill;
mod names;
mod prose;
mod rows;
mod time;
mod words;

use article::Collection;
use clap::Parser;
use copy::Failure;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use names::Cast;
use std::time::Instant;
use verbatim::store::migrate::{self, Extent};
use words::Language;

/// The command's settings.
#[derive(Parser)]
struct Settings {
    /// How many articles; there are a quarter as many entities, 20 times as many mentions and 5.6 times as many quotes
    #[arg(long, default_value_t = 20_000)]
    articles: usize,
    /// An empty database, or one that this command has begun to fill
    #[arg(long, env = "DATABASE_URL")]
    database_url: Option<String>,
    /// Statements that build indexes and constraints at the same time, and threads that write texts
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Memory of each of these statements, in the syntax of Postgres
    #[arg(long, default_value = "1GB")]
    memory: String,
    /// Cargo passes this to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

/// Connects without waiting for commits to reach the disk: a lost load can be repeated.
fn connection(url: &str) -> Result<PgConnection, Failure> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute("SET synchronous_commit = off; SET client_min_messages = warning")?;
    Ok(conn)
}

fn main() -> Result<(), Failure> {
    let settings = Settings::parse();
    let Some(url) = &settings.database_url else {
        eprintln!("load: no --database-url, nothing to do");
        return Ok(());
    };
    let begun = Instant::now();
    let mut conn = connection(url)?;
    migrate::run(&mut conn, Extent::All)?;
    if catalog::prepare(&mut conn)? {
        load(url, &settings)?;
        catalog::mark_loaded(&mut conn)?;
    }
    let built = Instant::now();
    catalog::rebuild(url, settings.jobs, &settings.memory)?;
    println!("built indexes, counts and constraints: {} s", built.elapsed().as_secs());
    // Index-only scans need the visibility map.
    conn.batch_execute("VACUUM")?;
    println!("in all: {} s\n", begun.elapsed().as_secs());
    print_sizes(&mut conn)
}

fn load(url: &str, settings: &Settings) -> Result<(), Failure> {
    let begun = Instant::now();
    let languages = [Language::french(), Language::english()];
    let (cast, aliases) = Cast::new((settings.articles / 4).max(100), &languages);
    let collection = Collection::new(settings.articles, languages, cast);
    copy::entities(url, &collection, &aliases)?;
    drop(aliases);
    println!("loaded entities: {} s", begun.elapsed().as_secs());
    copy::articles(url, &collection, settings.jobs)?;
    println!("loaded articles, mentions and quotes: {} s", begun.elapsed().as_secs());
    Ok(())
}

#[derive(QueryableByName)]
struct PerArticle {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Text)]
    heap: String,
    #[diesel(sql_type = Text)]
    indexes: String,
}

/// Prints a Markdown table of the tables and their sizes, and the bytes per article.
fn print_sizes(conn: &mut PgConnection) -> Result<(), Failure> {
    let sizes: Vec<Size> = diesel::sql_query(
        "SELECT relname::text AS name, greatest(reltuples, 0)::bigint AS rows,
             pg_size_pretty(pg_table_size(oid)) AS heap, pg_size_pretty(pg_indexes_size(oid)) AS indexes
         FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         ORDER BY pg_total_relation_size(oid) DESC",
    )
    .load(conn)?;
    println!("| table | rows | data | indexes |\n|---|---:|---:|---:|");
    for Size { name, rows, heap, indexes } in sizes {
        println!("| {name} | {rows} | {heap} | {indexes} |");
    }
    let PerArticle { bytes } = diesel::sql_query(
        "SELECT (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')::bigint
             / greatest((SELECT count(*) FROM articles), 1) AS bytes",
    )
    .get_result(conn)?;
    println!("\n{bytes} bytes per article, tables and indexes");
    Ok(())
}
