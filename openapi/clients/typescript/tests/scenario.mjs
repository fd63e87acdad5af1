// Works with a running service as a newsroom does: `node scenario.mjs URL [KEY]`. Fails when an answer is not as expected.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect, items, ProblemError } from "../dist/index.js";

const [url, key] = process.argv.slice(2);
const service = connect(url, { key });

async function refused(status, call) {
  const problem = await call.then(() => assert.fail(`${status} expected`), (error) => error);
  assert(problem instanceof ProblemError, problem);
  assert.equal(problem.status, status);
  return problem;
}

async function all(load) {
  const found = [];
  for await (const item of items(load)) found.push(item);
  return found;
}

// Names of this run, so that it can be repeated.
const run = [...randomUUID().slice(0, 8)].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join("");
const surname = run[0].toUpperCase() + run.slice(1);
const [name, publisher] = [`Anna ${surname}`, `Client ${run}`];
const text = `« Le port rouvrira lundi », a déclaré ${name}, la maire. Les travaux ont duré deux ans.`;

// 1. Three articles, with their quotes found.
const articles = [];
for (const n of [1, 2, 3]) {
  const body = { headline: `Le port ${n}`, body: text, publisher };
  const { data } = await service.POST("/v1/articles", { params: { query: { annotate: true } }, body });
  articles.push(data);
}
const ids = (list) => list.map((one) => one.id).sort();
const path = (id) => ({ path: { id } });
// 2. Their list, in pages of one.
const page = (cursor) => ({ params: { query: { publisher: [publisher], limit: 1, cursor } } });
assert.deepEqual(ids(await all((cursor) => service.GET("/v1/articles", page(cursor)))), ids(articles));
// 3. Their quotes, with the speaker.
const quotes = await all((cursor) => service.GET("/v1/quotes", page(cursor)));
assert.deepEqual(quotes.map((quote) => quote.text), Array(3).fill("Le port rouvrira lundi"));
const { data: speaker } = await service.GET("/v1/entities/{id}", { params: path(quotes[0].speaker_id) });
assert.equal(speaker.name, name);
// 4. A change of an article, and 5. one that is too late.
const change = () => service.PATCH("/v1/articles/{id}", {
  params: { ...path(articles[0].id), header: { "If-Match": '"1"' } },
  body: { section: "Ports" },
});
assert.equal((await change()).data.section, "Ports");
assert.equal((await refused(412, change())).code, "version_mismatch");
// 6. A review.
const review = { action: "verify", note: "As on the tape" };
await service.POST("/v1/quotes/{id}/reviews", { params: path(quotes[0].id), body: review });
assert.equal((await service.GET("/v1/quotes/{id}", { params: path(quotes[0].id) })).data.status, "verified");
const reviews = await all(() => service.GET("/v1/quotes/{id}/reviews", { params: path(quotes[0].id) }));
assert.deepEqual(reviews.map((one) => one.note), ["As on the tape"]);
// 7. A merge, and the old id.
const { data: other } = await service.POST("/v1/entities", { body: { kind: "person", name: `A. ${surname}` } });
const merge = { sources: [other.id], reason: "One person" };
await service.POST("/v1/entities/{id}/merge", { params: path(speaker.id), body: merge });
assert.equal((await service.GET("/v1/entities/{id}", { params: path(other.id) })).data.id, speaker.id);
// 8. A request with a fault, 9. articles that are deleted, and 10. the answer for them.
const fault = await refused(422, service.POST("/v1/articles", { body: { headline: "", body: "Un texte." } }));
assert.equal(fault.problem.errors[0].pointer, "/headline");
for (const article of articles) await service.DELETE("/v1/articles/{id}", { params: path(article.id) });
assert.equal((await refused(410, service.GET("/v1/articles/{id}", { params: path(articles[0].id) }))).code, "gone");
console.log("the TypeScript client works");
