"""Uses the tools of a running service with the Model Context Protocol's own client.

Usage: agents.py URL KEY
"""

import asyncio
import json
import sys
import urllib.request

from mcp import Client, MCPError
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

BODY = "🚢 Le phare ouvre. « Nous rallumons le phare », a déclaré Binta Sow, la gardienne."


async def main(url, key):
    article, quote, entity = store(url, key)
    # The lifecycle without a handshake, and the one with it.
    for mode in ("auto", "legacy"):
        http = create_mcp_http_client(headers={"Authorization": f"Bearer {key}"})
        async with http, Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client:
            await use(client, article, quote, entity)
    print("the tools and resources of /mcp")


def store(url, key):
    def post(path, body):
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(url + path, json.dumps(body).encode(), headers)) as answer:
            return json.load(answer)["id"]

    entity = post("/v1/entities", {"kind": "person", "name": "Binta Sow"})
    article = post("/v1/articles", {"headline": "Le phare", "body": BODY, "publisher": "La Côte", "published_at": "2026-03-02"})
    quote = post("/v1/quotes", {"article_id": article, "text": "Nous rallumons le phare", "speaker_id": entity})
    return article, quote, entity


async def use(client, article, quote, entity):
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert tools == {"search_quotes", "who_said", "quotes_of", "find_entity", "read_passage", "share_of_voice"}, tools

    # The client checks each answer by the schema of its tool.
    async def call(tool, **arguments):
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result
        return result.structured_content

    [found] = (await call("quotes_of", entity="binta sow"))["items"]
    assert found["id"] == quote and found["speaker_id"] == entity, found
    citation = found["citation"]
    [span] = citation["spans"]
    assert BODY[span["start"] : span["end"]] == found["text"] == "Nous rallumons le phare", found
    assert citation["link"].endswith(f"/quotes/{quote}") and citation["publisher"] == "La Côte", citation
    assert quote in [item["id"] for item in (await call("search_quotes", q="phare", published_from="2026-03-01"))["items"]]
    [said] = (await call("who_said", text="Nous rallumons le phare !"))["items"]
    assert said["match"] == "canonical" and said["quote"]["id"] == quote, said
    assert entity in [item["id"] for item in (await call("find_entity", name="Binta"))["items"]]
    assert (await call("read_passage", quote=quote))["text"] == BODY
    assert (await call("share_of_voice", by="publisher", limit=20))["total"] >= 1

    refused = await client.call_tool("search_quotes", {"limit": 100})
    assert refused.is_error and refused.content[0].text.startswith("limit: "), refused
    templates = (await client.list_resource_templates()).resource_templates
    assert [template.name for template in templates] == ["article", "entity"], templates
    [contents] = (await client.read_resource(citation["resource"])).contents
    assert json.loads(contents.text)["id"] == article
    try:
        await client.read_resource("verbatim://articles/none")
    except MCPError as error:
        assert "no resource" in str(error), error
    else:
        raise AssertionError("a resource that is not there was read")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
