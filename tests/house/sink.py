"""A page with one of everything, for the tests of this folder only: forms, components, fragments, a failing view."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from config.forms import (
    Checkboxes,
    DateField,
    Form,
    IdempotencyKey,
    NameField,
    NHSNumberField,
    PhoneField,
    PostcodeField,
    Radios,
    TextField,
    render_form_page,
    width_attrs,
)
from config.fragments import render_page


class SinkForm(Form):
    """Every kind of field there is."""

    button = "Send referral"
    nhs_number = NHSNumberField(
        label="NHS number", required=False, help_text="10 digits, for example 999 000 0018. Leave blank if not known."
    )
    name = NameField(label="Full name", error_messages={"required": "Enter the person's full name"})
    born_on = DateField(
        label="Date of birth",
        past=True,
        autocomplete="bday",
        help_text="For example, 27 3 1951",
        error_messages={"required": "Enter the date of birth"},
    )
    phone = PhoneField(label="Phone number", error_messages={"required": "Enter a phone number we can use safely"})
    postcode = PostcodeField(label="Postcode", required=False)
    household = forms.IntegerField(
        label="People in the household", required=False, widget=forms.NumberInput(attrs=width_attrs(3))
    )
    email = forms.EmailField(label="E-mail address", required=False)
    site = forms.URLField(label="Website", required=False, assume_scheme="https")
    day = forms.DateField(label="Day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    words_wanted = forms.CharField(label="Search", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    secret = forms.CharField(label="Password", required=False, widget=forms.PasswordInput)
    practice = forms.ChoiceField(
        label="GP practice",
        choices=[("", "Choose a practice"), ("a", "Alder Street Surgery")],
        error_messages={"required": "Choose a GP practice"},
    )
    reasons = Checkboxes(
        label="Main reasons for referral",
        help_text="Select all that apply",
        alone="unsure",
        choices=[
            ("lonely", "Loneliness or isolation"),
            ("money", "Money, benefits or debt"),
            ("unsure", "Not sure yet, needs a conversation"),
        ],
        hints={"money": "Includes energy bills"},
        error_messages={"required": "Select at least one reason"},
    )
    urgency = Radios(
        label="How soon should we make contact?",
        choices=[("soon", "Within 2 weeks"), ("now", "Within 2 working days")],
        hints={"now": "For example, recent bereavement or carer breakdown"},
        error_messages={"required": "Select how soon we should make contact"},
    )
    contact = Radios(
        label="How should we contact the person?",
        choices=[("phone", "Phone"), ("other", "Through someone else")],
        shows={"other": ["other_name"]},
        required=False,
    )
    other_name = NameField(label="Their name and number", required=False)
    story = TextField(label="What matters to the person", max_length=500, required=False)
    letter = forms.FileField(label="Attach a letter", required=False, help_text="PDF or Word, up to 10MB")
    agreed = Radios(
        label="Has the person agreed to this referral?",
        choices=[("yes", "Yes"), ("no", "No")],
        inline=True,
        error_messages={"required": "Select yes if the person has agreed"},
    )
    told = forms.BooleanField(
        label="The person has been told who will see this information",
        error_messages={"required": "Confirm the person has been told who will see this information"},
    )
    key = IdempotencyKey()


def sink(request: HttpRequest) -> HttpResponse:
    form = SinkForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, "The referral was sent.")
    return render_form_page(request, "sink/form.html", {"form": form})


def parts(request: HttpRequest) -> HttpResponse:
    context = {"found": [word for word in ("choir", "garden") if request.GET.get("words", "") in word]}
    return render_page(request, "sink/parts.html", context, part=request.GET.get("part", "results"))


def chosen(request: HttpRequest) -> HttpResponse:
    return render_page(request, "sink/parts.html", {"found": ["choir"]}, part={"results": "results"})


def gallery(request: HttpRequest) -> HttpResponse:
    messages.success(request, "The note was added to the story.")
    return render_page(request, "sink/gallery.html", {"text": "First line\nsecond <b>line</b>\n\nNew paragraph"})


def public_map(request: HttpRequest) -> HttpResponse:
    return render_page(request, "sink/map.html")


def map_hits(request: HttpRequest) -> HttpResponse:
    spots = [("Memory café", 50.81, -0.37), ("Choir", 50.83, -0.27)]
    hits = [
        {
            "n": n,
            "at": [lat, lon],
            "name": name,
            "url": "/parts/",
            "when": "Tuesdays",
            "where": "Library",
            "more": "Free",
        }
        for n, (name, lat, lon) in enumerate(spots, 1)
    ]
    return JsonResponse({"hits": hits, "said": "Everything on the map is in the list too.", "here": [50.82, -0.36]})


def map_land(request: HttpRequest) -> HttpResponse:
    ring = [[-0.9, 50.82], [0.4, 50.82], [0.4, 51.3], [-0.9, 51.3], [-0.9, 50.82]]
    shapes = [
        ({"kind": "land"}, "Polygon", [ring]),
        ({"kind": "built", "density": 2, "metres": 250}, "MultiPoint", [[-0.37, 50.83], [-0.36, 50.83]]),
        ({"kind": "name", "name": "Worthing", "given": False, "sea": [0, 1]}, "Point", [-0.37, 50.82]),
    ]
    features = [{"properties": said, "geometry": {"type": kind, "coordinates": at}} for said, kind, at in shapes]
    return JsonResponse({"bbox": [-0.9, 50.4, 0.4, 51.3], "features": features})


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


def refuses(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    path("form/", sink),
    path("parts/", parts),
    path("chosen/", chosen),
    path("gallery/", gallery),
    path("map/", public_map),
    path("map/hits.json", map_hits),
    path("map/land.json", map_land),
    path("fails/", fails),
    path("refuses/", refuses),
    path("accounts/", include("agencies.sign_in_urls")),
    path("", include("agencies.urls")),
]
handler400 = "agencies.views.errors.bad_request"
handler403 = "agencies.views.errors.permission_denied"
handler404 = "agencies.views.errors.page_not_found"
handler500 = "agencies.views.errors.server_error"
