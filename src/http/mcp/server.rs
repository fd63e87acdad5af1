//! The server as `rmcp` sees it: what it is, which tools and resources it has, and how their calls reach the HTTP request.

use super::{resources, tools};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, Implementation, ListResourceTemplatesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult,
    ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use tokio::sync::{mpsc, oneshot};

/// What clients are told of the server.
const INSTRUCTIONS: &str = "A collection of news articles with the quotes in them: who said what, about whom, in which \
article. Each quote has a citation with the article's headline, publisher, date and url, the exact spans of the words \
(Unicode code points of the article's body, zero-based, half-open) and a permanent link. Give the link when you repeat a quote. \
`status` says whether a person has checked a quote: `machine` means that nobody has.";

/// What a client asks for, to be run by the HTTP request that asks for it.
pub enum Call {
    Tool(CallToolRequestParams, Reply<CallToolResult>),
    Resource(String, Reply<ReadResourceResult>),
}

/// Where the result of a call goes.
pub type Reply<T> = oneshot::Sender<Result<T, ErrorData>>;

/// The server of one HTTP request.
pub struct Server {
    calls: mpsc::Sender<Call>,
}

impl Server {
    /// A server whose calls are run by the receiver of `calls`.
    pub fn new(calls: mpsc::Sender<Call>) -> Self {
        Self { calls }
    }

    async fn ask<T>(&self, call: impl FnOnce(Reply<T>) -> Call) -> Result<T, ErrorData> {
        let gone = || ErrorData::internal_error("the request has ended", None);
        let (reply, answer) = oneshot::channel();
        self.calls.send(call(reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("verbatim", env!("CARGO_PKG_VERSION")).with_title("Verbatim"))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::all().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        self.ask(|reply| Call::Tool(params, reply)).await.map(Into::into)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()))
    }

    async fn read_resource(
        &self,
        params: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.ask(|reply| Call::Resource(params.uri, reply)).await.map(Into::into)
    }
}
