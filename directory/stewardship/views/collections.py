"""/steward/collections/: the steward puts activities together, in an order, with a word about each."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import Form, render_form_page
from config.fragments import render_page
from config.http import parse_number, parse_uuid
from directory.models import Collection, CollectionItem, Service
from directory.search.query import SearchQuery
from directory.search.statement import search
from directory.shortlist.collections import list_collection_items, list_collections
from directory.stewardship.actions import collection as deeds
from directory.stewardship.forms.collection import CollectionForm, ItemNoteForm, NewCollectionForm

MAX_OFFERED = 8  # activities that a search offers to be put in


@allow(Permission.STEWARD)
@require_safe
def steward_collections(request: MemberRequest) -> HttpResponse:
    return render_page(request, "directory/steward_collections.html", {"collections": list_collections(request.member)})


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_collection(request: MemberRequest) -> HttpResponse:
    form = NewCollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        read = form.cleaned_data
        made = deeds.create_collection(
            key=read["key"], title=read["title"], introduction=read["introduction"], by=request.member
        )
        messages.success(request, "Saved as a draft. Now choose the activities.")
        return redirect("directory:steward_collection", pk=made.pk)
    return render_form_page(request, "directory/collection_new.html", {"form": form})


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def steward_collection(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Its words (POST), and what is in it; ?words= offers activities to put in."""
    collection = get_object_or_404(Collection.visible_to(request.member), pk=pk)
    form = build_collection_form(collection, request.POST if request.method == "POST" else None)
    if form.is_valid():
        read = form.cleaned_data
        deeds.update_collection(
            collection=collection, title=read["title"], introduction=read["introduction"], by=request.member
        )
        messages.success(request, "Saved.")
        return redirect("directory:steward_collection", pk=pk)
    return render_collection_page(request, collection, form)


@allow(Permission.STEWARD)
@require_POST
def publish_collection(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """With `hide` it is taken off the public pages again."""
    collection = get_object_or_404(Collection.visible_to(request.member), pk=pk)
    if "hide" in request.POST:
        deeds.unpublish_collection(collection=collection, by=request.member)
        messages.success(request, "Only you can see it now.")
    elif not list_collection_items(collection):
        messages.error(request, "Choose at least one activity before you publish it.")
    else:
        deeds.publish_collection(collection=collection, by=request.member)
        messages.success(request, "Published. It is on the front page now.")
    return redirect("directory:steward_collection", pk=pk)


@allow(Permission.STEWARD)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_collection(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Asks first. The activities themselves stay."""
    collection = get_object_or_404(Collection.visible_to(request.member), pk=pk)
    if request.method == "POST":
        deeds.delete_collection(collection=collection, by=request.member)
        messages.success(request, f"“{collection.title}” is deleted. Its activities are where they were.")
        return redirect("directory:steward_collections")
    return render_page(request, "directory/collection_delete.html", {"collection": collection})


@allow(Permission.STEWARD)
@require_POST
def move_collection(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    collection = get_object_or_404(Collection.visible_to(request.member), pk=pk)
    deeds.move_collection(collection=collection, to=parse_number(request.POST.get("to", "")) or 0, by=request.member)
    return redirect("directory:steward_collections")


@allow(Permission.STEWARD)
@require_POST
def add_item(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Puts `service` in, and shows the same search again: there may be more to choose."""
    collection = get_object_or_404(Collection.visible_to(request.member), pk=pk)
    service = get_object_or_404(Service.visible_to(), pk=parse_uuid(request.POST.get("service", "")))
    new = deeds.add_item(collection=collection, service=service, by=request.member)
    messages.success(request, f"{service.name} is in it." if new else f"{service.name} was in it already.")
    again = urlencode({"words": request.POST.get("words", "")[:200]})
    return redirect(f"{reverse('directory:steward_collection', args=[pk])}?{again}#choose")


@allow(Permission.STEWARD)
@require_POST
def change_item(request: MemberRequest, pk: uuid.UUID, item: int) -> HttpResponse:
    """Its note (`save_item_note`), its place (`to`, from 0), or out with it (`out`)."""
    row = get_object_or_404(CollectionItem.visible_to(request.member), pk=item, collection=pk)
    if "out" in request.POST:
        deeds.remove_item(item=row, by=request.member)
        messages.success(request, f"{row.service.name} is out of it.")
    elif "to" in request.POST:
        deeds.move_item(item=row, to=parse_number(request.POST.get("to", "")) or 0, by=request.member)
    else:
        form = ItemNoteForm(request.POST, item=row)
        if not form.is_valid():
            return render_collection_page(request, row.collection, form)
        deeds.save_item_note(item=row, words=form.cleaned_data["note"], by=request.member)
        messages.success(request, "Saved.")
    return redirect("directory:steward_collection", pk=pk)


def render_collection_page(request: MemberRequest, collection: Collection, form: Form) -> HttpResponse:
    """`form` is what was sent: the words of the whole, or the note of one of its activities."""
    words = request.GET.get("words", "").replace("\x00", "")[:200]
    items = list_collection_items(collection)
    sent = form.item.pk if isinstance(form, ItemNoteForm) else None
    return render_form_page(
        request,
        "directory/steward_collection.html",
        {
            "collection": collection,
            "form": form,
            "words_form": build_collection_form(collection) if sent else form,
            "rows": [(item, form if item.pk == sent else ItemNoteForm(item=item)) for item in items],
            "inside": {item.service_id for item in items},
            "words": words,
            "found": search(SearchQuery(words=words, calm=True, size=MAX_OFFERED)) if words else None,
        },
    )


def build_collection_form(collection: Collection, sent: QueryDict | None = None) -> CollectionForm:
    return CollectionForm(sent, initial={"title": collection.title, "introduction": collection.introduction})
