"""Collections: anybody reads them, the steward makes them."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Membership
from directory.models import Collection, Service, Status
from directory.stewardship.actions import collection as deeds
from tests.directory.making import listed
from tests.factories import ServiceFactory
from tests.queries import assert_max_queries

PUBLIC, LIST, NEW = (reverse(f"directory:{name}") for name in ("collections", "steward_collections", "new_collection"))


def made(title: str = "After a bereavement", *services: Service, published: bool = True, **fields: Any) -> Collection:
    slug = title.lower().replace(" ", "-")
    when = timezone.now() if published else None
    collection = Collection.objects.create(title=title, slug=slug, published_at=when, **fields)
    for number, service in enumerate(services):
        collection.items.create(service=service, order=number)
    return collection


def names(collection: Collection) -> list[str]:
    return list(collection.items.order_by("order", "pk").values_list("service__name", flat=True))


def address(page: str, collection: Collection, *more: Any) -> str:
    return reverse(f"directory:{page}", args=[collection.pk, *more])


# --- Anybody -----------------------------------------------------------------------------------------------


def test_anyone_reads_a_collection_in_the_stewards_order(client: Client) -> None:
    collection = made("Quiet", listed("Walk", day="TU"), listed("Choir"), introduction="For a bad day.")
    collection.items.filter(service__name="Walk").update(note="Side by side is easier.")
    html = client.get("/collections/quiet/").content.decode()
    assert html.index("Walk") < html.index("Choir")
    for words in ("For a bad day.", "Side by side is easier.", "Tuesdays, 10:30am to midday, St Mary&#x27;s Hall"):
        assert words in html


def test_what_is_not_listed_is_not_shown(client: Client) -> None:
    gone = ServiceFactory(name="Gone", status=Status.DEFUNCT)
    hidden = ServiceFactory(name="Hidden", hidden_at=timezone.now())
    made("Quiet", gone, hidden)
    assert "Nothing of it runs now" in client.get("/collections/quiet/").content.decode()
    html = client.get(PUBLIC).content.decode()
    assert "Quiet" not in html, "an empty collection is offered to nobody"
    assert "No collections yet" in html


def test_they_are_on_the_front_page(client: Client) -> None:
    for number in range(5):
        made(f"Choice {number}", ServiceFactory(), order=number)
    made("Draft", ServiceFactory(), published=False)
    html = client.get("/").content.decode()
    assert [number for number in range(5) if f"Choice {number}" in html] == [0, 1, 2]
    assert "Draft" not in html
    assert "Choice 4" in client.get(PUBLIC).content.decode()


def test_a_draft_is_not_found(client: Client) -> None:
    made("Quiet", published=False)
    assert client.get("/collections/quiet/").status_code == 404
    assert client.get("/collections/nothing/").status_code == 404


@pytest.mark.parametrize("count", [2, 6])
def test_the_same_statements_however_much_is_in_it(client: Client, count: int) -> None:
    made("Quiet", *(listed(f"Walk {number}") for number in range(count)))
    with assert_max_queries(3):
        client.get("/collections/quiet/")


@pytest.mark.parametrize("url", [PUBLIC, "/collections/quiet/"])
def test_the_wrong_verb_changes_nothing(client: Client, url: str) -> None:
    assert client.post(url).status_code == 405


# --- The steward -----------------------------------------------------------------------------------------------


def test_the_steward_makes_one(client_of: Any, steward: Membership) -> None:
    client = client_of(steward)
    typed = {"title": "Things to do  on a wet day", "introduction": "Indoors.", "key": str(uuid.uuid4())}
    response = client.post(NEW, typed)
    collection = Collection.objects.get()
    assert response["Location"] == address("steward_collection", collection)
    assert (collection.title, collection.slug) == ("Things to do on a wet day", "things-to-do-on-a-wet-day")
    assert collection.published_at is None
    again = client.post(NEW, typed)
    assert again["Location"] == response["Location"], "the same post again makes no second one"
    assert Collection.objects.count() == 1


def test_two_of_the_same_title_have_two_addresses(steward: Membership) -> None:
    for _ in range(3):
        deeds.create_collection(key=uuid.uuid4(), title="Quiet", introduction="", by=steward)
    deeds.create_collection(key=uuid.uuid4(), title="散歩", introduction="", by=steward)
    assert sorted(Collection.objects.values_list("slug", flat=True)) == ["collection", "quiet", "quiet-2", "quiet-3"]
    assert list(Collection.objects.order_by("order").values_list("order", flat=True)) == [0, 1, 2, 3]


@pytest.mark.parametrize("title", ["", "   ", "!!!", "x" * 151, "\x00"])
def test_a_title_is_asked_for(client_of: Any, steward: Membership, title: str) -> None:
    response = client_of(steward).post(NEW, {"title": title, "introduction": "Kept", "key": str(uuid.uuid4())})
    assert response.status_code == 422
    assert "Kept" in response.content.decode()
    assert not Collection.objects.exists()


def test_activities_are_found_and_put_in(client_of: Any, steward: Membership) -> None:
    walk = listed("Harbour walk")
    collection, client = made("Quiet", published=False), client_of(steward)
    page = address("steward_collection", collection)
    html = client.get(page, {"words": "walking"}).content.decode()
    assert f'name="service" value="{walk.pk}"' in html
    for _ in range(2):
        response = client.post(address("add_to_collection", collection), {"service": str(walk.pk), "words": "walking"})
        assert response["Location"] == f"{page}?words=walking#choose"
    assert names(collection) == ["Harbour walk"]
    html = client.get(response["Location"]).content.decode()
    assert "In it" in html
    assert f'name="service" value="{walk.pk}"' not in html


@pytest.mark.parametrize("pk", ["", "nonsense", "11111111-1111-4111-8111-111111111111"])
def test_what_is_no_activity_is_not_put_in(client_of: Any, steward: Membership, pk: str) -> None:
    response = client_of(steward).post(address("add_to_collection", made("Quiet")), {"service": pk})
    assert response.status_code == 404


def test_the_order_is_changed_and_pressing_twice_moves_once(client_of: Any, steward: Membership) -> None:
    collection = made("Quiet", *(ServiceFactory(name=name) for name in "ABC"))
    last, client = collection.items.get(service__name="C"), client_of(steward)
    for _ in range(2):
        client.post(address("collection_item", collection, last.pk), {"to": "1"})
        assert names(collection) == ["A", "C", "B"]
    client.post(address("collection_item", collection, last.pk), {"to": "nonsense"})
    assert names(collection) == ["C", "A", "B"]
    client.post(address("collection_item", collection, last.pk), {"to": "99"})
    assert names(collection) == ["A", "B", "C"]


def test_a_note_is_written_and_an_activity_taken_out(client_of: Any, steward: Membership) -> None:
    collection = made("Quiet", ServiceFactory(name="A"), ServiceFactory(name="B"))
    item, client = collection.items.get(service__name="A"), client_of(steward)
    url = address("collection_item", collection, item.pk)
    client.post(url, {"note": "You can bring a friend"})
    item.refresh_from_db()
    assert item.note == "You can bring a friend"
    response = client.post(url, {"note": "x" * 301})
    assert response.status_code == 422
    assert "x" * 301 in response.content.decode(), "nothing typed is lost"
    assert f'href="#id_note_{item.pk}"' in response.content.decode()
    client.post(url, {"out": "1"})
    assert names(collection) == ["B"]
    assert client.post(url, {"out": "1"}).status_code == 404


def test_an_item_of_another_collection_is_not_found(client_of: Any, steward: Membership) -> None:
    other, collection = made("Other", ServiceFactory()), made("Quiet")
    item = other.items.get()
    assert client_of(steward).post(address("collection_item", collection, item.pk), {"out": "1"}).status_code == 404


def test_its_words_are_changed_and_its_address_stays(client_of: Any, steward: Membership) -> None:
    collection, client = made("Quiet"), client_of(steward)
    client.post(address("steward_collection", collection), {"title": "Loud", "introduction": "New"})
    collection.refresh_from_db()
    assert (collection.title, collection.introduction, collection.slug) == ("Loud", "New", "quiet")
    response = client.post(address("steward_collection", collection), {"title": "", "introduction": "Typed"})
    assert response.status_code == 422
    assert "Typed" in response.content.decode()


def test_it_is_published_and_hidden_again(client_of: Any, steward: Membership, client: Client) -> None:
    collection, at_work = made("Quiet", published=False), client_of(steward)
    url = address("publish_collection", collection)
    assert "at least one" in at_work.post(url, follow=True).content.decode()
    collection.items.create(service=ServiceFactory())
    at_work.post(url)
    assert client.get("/collections/quiet/").status_code == 200
    at_work.post(url, {"hide": "1"})
    assert client.get("/collections/quiet/").status_code == 404


def test_it_is_deleted_after_asking_and_its_activities_stay(client_of: Any, steward: Membership) -> None:
    collection, client = made("Quiet", ServiceFactory()), client_of(steward)
    url = address("delete_collection", collection)
    assert "The activities themselves stay" in client.get(url).content.decode()
    assert Collection.objects.exists()
    client.post(url)
    assert not Collection.objects.exists()
    assert Service.objects.count() == 1


def test_collections_are_put_in_order(client_of: Any, steward: Membership) -> None:
    *_, c = (made(name, order=number) for number, name in enumerate("ABC"))
    client_of(steward).post(address("move_collection", c), {"to": "0"})
    assert [one.title for one in Collection.objects.order_by("order")] == ["C", "A", "B"]
    html = client_of(steward).get(LIST).content.decode()
    assert html.index(">C</a>") < html.index(">A</a>") < html.index(">B</a>")


def test_an_activity_that_is_not_listed_is_marked(client_of: Any, steward: Membership) -> None:
    collection = made("Quiet", ServiceFactory(hidden_at=timezone.now()))
    assert "Not listed now" in client_of(steward).get(address("steward_collection", collection)).content.decode()


POSTED = ("publish_collection", "move_collection", "add_to_collection")


def urls(collection: Collection) -> list[str]:
    pages = ("steward_collection", "delete_collection", *POSTED)
    return [LIST, NEW, *(address(page, collection) for page in pages), address("collection_item", collection, 1)]


def test_nobody_else_may(client_of: Any, client: Client, provider: Membership, lead: Membership) -> None:
    for url in urls(made("Quiet")):
        for member in (provider, lead):
            assert client_of(member).post(url).status_code == 403, url
        assert client.get(url).status_code == 302, url


def test_what_is_not_there_is_not_found(client_of: Any, steward: Membership) -> None:
    client, nothing = client_of(steward), Collection(pk=uuid.uuid4())
    for page in ("steward_collection", "delete_collection", *POSTED):
        assert client.post(address(page, nothing)).status_code == 404, page


def test_the_wrong_verb_makes_nothing(client_of: Any, steward: Membership) -> None:
    client, collection = client_of(steward), made("Quiet")
    assert client.post(LIST).status_code == 405
    for page in POSTED:
        assert client.get(address(page, collection)).status_code == 405
    assert client.delete(address("delete_collection", collection)).status_code == 405
