//! The tools: what each is for, and what it calls.

use super::entities::{self, FindEntity, FoundEntities};
use super::passage::{self, Passage, ReadPassage};
use super::quotes::{self, CitedMatches, FoundQuotes, QuotesOf, SearchQuotes, WhoSaid};
use super::reader::Reader;
use super::share_of_voice::{self, ShareOfVoice};
use super::tool::{Tool, read, write};
use crate::http::context;
use crate::http::respond::problem::Problem;
use crate::http::wire::stats::TopBody;
use actix_web::HttpRequest;
use rmcp::model::{CallToolRequestParams, CallToolResult, ContentBlock, ErrorData};
use serde_json::Value;
use std::sync::LazyLock;

static TOOLS: LazyLock<[Tool; 6]> = LazyLock::new(|| {
    [
        Tool::new::<SearchQuotes, FoundQuotes>(
            "search_quotes",
            "Search quotes",
            "Searches quotes by words, speaker, subject, publisher, language and time, newest first.",
        ),
        Tool::new::<WhoSaid, CitedMatches>(
            "who_said",
            "Who said this?",
            "Tells whether anyone is quoted with these words, and who: the same words first, then similar ones, each with where it was \
             printed first and how its words differ. No items mean that the collection has no such quote.",
        ),
        Tool::new::<QuotesOf, FoundQuotes>(
            "quotes_of",
            "Quotes of somebody",
            "Lists what a person or an organisation is quoted with, newest first.",
        ),
        Tool::new::<FindEntity, FoundEntities>(
            "find_entity",
            "Find a person or thing",
            "Finds people, organisations, places, products, events and works by a name in any spelling, best match first.",
        ),
        Tool::new::<ReadPassage, Passage>(
            "read_passage",
            "Read a passage",
            "Reads the text of an article around a quote, or around a span.",
        ),
        Tool::new::<ShareOfVoice, TopBody>(
            "share_of_voice",
            "Share of voice",
            "Counts quotes by speaker, publisher or another member, with each value's share of all of them.",
        ),
    ]
});

/// Every tool, as clients are told.
pub fn all() -> Vec<rmcp::model::Tool> {
    TOOLS.iter().map(|tool| tool.description.clone()).collect()
}

/// Runs a tool.
///
/// # Errors
/// When there is no such tool. Other refusals are results, so that the agent sees them.
pub async fn run(request: &HttpRequest, params: CallToolRequestParams) -> Result<CallToolResult, ErrorData> {
    let Some(tool) = TOOLS.iter().find(|tool| tool.description.name == params.name) else {
        return Err(ErrorData::invalid_params(format!("there is no tool {}", params.name), None));
    };
    let arguments = params.arguments.unwrap_or_default();
    let answered = match tool.check(arguments) {
        Ok(arguments) => answer(request, &tool.description.name, arguments).await,
        Err(problem) => Err(problem),
    };
    Ok(answered.map(CallToolResult::structured).unwrap_or_else(|problem| {
        context::note_problem(problem.code().as_str());
        CallToolResult::error(vec![ContentBlock::text(refusal(&problem))])
    }))
}

async fn answer(request: &HttpRequest, tool: &str, arguments: Value) -> Result<Value, Problem> {
    let reader = Reader::of(request)?;
    match tool {
        "search_quotes" => write(quotes::search_quotes(&reader, read(arguments)?).await?),
        "who_said" => write(quotes::who_said(&reader, read(arguments)?).await?),
        "quotes_of" => write(quotes::quotes_of(&reader, read(arguments)?).await?),
        "find_entity" => write(entities::find_entity(&reader, read(arguments)?).await?),
        "read_passage" => write(passage::read_passage(&reader, read(arguments)?).await?),
        "share_of_voice" => write(share_of_voice::share_of_voice(request, &reader, read(arguments)?).await?),
        _ => Err(Problem::unexpected(&format!("the tool {tool} is not run"))),
    }
}

/// A problem as text: each invalid argument with its name.
fn refusal(problem: &Problem) -> String {
    let body = problem.body();
    let errors = body.errors.iter().map(|error| {
        let name = error.pointer.as_deref().or(error.parameter.as_deref()).unwrap_or_default();
        format!("{}: {}", name.trim_start_matches('/'), error.detail)
    });
    let errors: Vec<String> = errors.collect();
    if errors.is_empty() { body.detail } else { errors.join("\n") }
}
