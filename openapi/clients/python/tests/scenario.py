"""Works with a running service as a newsroom does: `scenario.py URL [KEY]`. Exits with an error when an answer is not as expected."""

import sys
import uuid

from verbatim_client import Problem, Service
from verbatim_client.generated.api.articles import (
    create_article,
    delete_article,
    list_articles,
    read_article,
    update_article,
)
from verbatim_client.generated.api.entities import create_entity, merge_entities, read_entity
from verbatim_client.generated.api.quotes import list_quotes, read_quote
from verbatim_client.generated.api.reviews import create_quote_review, list_reviews_of_quote
from verbatim_client.generated.models import (
    CreateArticle,
    CreateEntity,
    CreateMerge,
    CreateReview,
    EntityKind,
    QuoteStatus,
    ReviewAction,
    UpdateArticle,
)

BODY = "« Le port rouvrira lundi », a déclaré {name}, la maire. Les travaux ont duré deux ans."


def refused(status: int, *call: object, **arguments: object) -> Problem:
    try:
        service.call(*call, **arguments)
    except Problem as problem:
        assert problem.status == status, problem
        return problem
    raise AssertionError(f"{status} expected")


with Service(*sys.argv[1:3]) as service:
    # Names of this run, so that it can be repeated.
    run = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:8])
    name, publisher = f"Anna {run.capitalize()}", f"Client {run}"

    # 1. Three articles, with their quotes found.
    texts = [CreateArticle(headline=f"Le port {n}", body=BODY.format(name=name), publisher=publisher) for n in range(3)]
    articles = [service.call(create_article, body=text, annotate=True) for text in texts]
    # 2. Their list, in pages of one.
    listed = list(service.items(list_articles, publisher=[publisher], limit=1))
    assert {article.id for article in listed} == {article.id for article in articles}
    # 3. Their quotes, with the speaker.
    quotes = list(service.items(list_quotes, publisher=[publisher], limit=2))
    assert [quote.text for quote in quotes] == ["Le port rouvrira lundi"] * 3, quotes
    speaker = service.call(read_entity, quotes[0].speaker_id)
    assert speaker.name == name
    # 4. A change of an article, and 5. one that is too late.
    change = UpdateArticle(section="Ports")
    changed = service.call(update_article, articles[0].id, body=change, if_match='"1"')
    assert (changed.version, changed.section) == (2, "Ports")
    assert refused(412, update_article, articles[0].id, body=change, if_match='"1"').code == "version_mismatch"
    # 6. A review.
    service.call(create_quote_review, quotes[0].id, body=CreateReview(action=ReviewAction.VERIFY, note="As on the tape"))
    assert service.call(read_quote, quotes[0].id).status == QuoteStatus.VERIFIED
    assert [review.note for review in service.items(list_reviews_of_quote, quotes[0].id)] == ["As on the tape"]
    # 7. A merge, and the old id.
    other = service.call(create_entity, body=CreateEntity(kind=EntityKind.PERSON, name=f"A. {run.capitalize()}"))
    service.call(merge_entities, speaker.id, body=CreateMerge(sources=[str(other.id)], reason="One person"))
    assert service.call(read_entity, other.id).id == speaker.id
    # 8. A request with a fault, 9. articles that are deleted, and 10. the answer for them.
    fault = refused(422, create_article, body=CreateArticle(headline="", body="Un texte."))
    assert fault.errors[0].pointer == "/headline", fault.errors
    for article in articles:
        service.call(delete_article, article.id)
    assert refused(410, read_article, articles[0].id).code == "gone"
print("the Python client works")
