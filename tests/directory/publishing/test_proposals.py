"""Reports from readers and edits by unverified groups: the steward's queue, and the group's share of it."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Agency, Author, Membership, Message
from directory.models import Proposal, ReportReason, Service, Spot, Status
from directory.publishing.actions.freshness import report_change
from directory.publishing.actions.reports import submit_report
from directory.publishing.review import fingerprint_edit, list_edit_changes
from directory.publishing.versions import build_snapshot, propose_edit, update_listing
from tests.directory.making import listed
from tests.factories import MembershipFactory, teammate

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def group() -> Membership:
    """Of a group that the steward does not know yet."""
    return MembershipFactory(role=Role.PROVIDER, manages_team=True, user__name="Joan Whitcombe")


def edited(group: Membership, **fields: Any) -> Proposal:
    service = listed("Harbour walk", agency=group.agency, phone="01632 960001", fees="£2", description="We walk.")
    update_listing(service, build_snapshot(service), by=Author.of(group), what="Begun")
    return propose_edit(
        service, build_snapshot(service) | ({"fees": "£3", "phone": "01632 960002"} | fields), Author.of(group)
    )


def reported(**fields: Any) -> Proposal:
    service = fields.pop("service", None) or listed("Harbour walk", **fields)
    return submit_report(key=uuid.uuid4(), service=service, reason=ReportReason.TIME, words="It starts at 11 now")


def url(proposal: Proposal) -> str:
    return reverse("directory:proposal", args=[proposal.pk])


def yes(proposal: Proposal, *fields: str, **more: str) -> dict[str, Any]:
    proposal = Proposal.objects.select_related("service").get(pk=proposal.pk)
    return {"decision": "yes", "chosen": list(fields), "shown": fingerprint_edit(proposal), "words": ""} | more


def fresh(proposal: Proposal) -> Service:
    return Service.objects.get(pk=proposal.service_id)


# --- Who may look ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_only_the_steward_has_the_queue(role: Role, group: Membership, client_of: ClientOf) -> None:
    proposal, client = edited(group), client_of(MembershipFactory(role=role))
    assert client.get(reverse("directory:proposals")).status_code == 403
    assert client.get(url(proposal)).status_code == 403
    assert client.post(url(proposal), yes(proposal, "fees")).status_code == 403
    assert client.post(reverse("directory:pass_on", args=[proposal.pk])).status_code == 403
    assert fresh(proposal).fees == "£2"


def test_the_queue_shows_both_kinds_and_what_was_answered(
    steward: Membership, group: Membership, client_of: ClientOf
) -> None:
    client, queue = client_of(steward), reverse("directory:proposals")
    assert "Nothing here" in client.get(queue).content.decode()
    edit, seen_wrong = edited(group), reported(agency=group.agency)
    page = client.get(queue).content.decode()
    assert "Reports (1)" in page
    assert "Edits by groups (1)" in page
    assert "The day or time is wrong" in page
    assert "Joan Whitcombe" in client.get(f"{queue}?show=edits").content.decode()
    client.post(url(seen_wrong), {"decision": "right"})
    assert "Declined" in client.get(f"{queue}?show=decided").content.decode()
    assert client.get(url(edit)).status_code == 200


def test_what_a_reader_posts_is_in_the_queue(steward: Membership, client: Client, client_of: ClientOf) -> None:
    service = listed("Harbour walk")
    said = {"reason": ReportReason.TIME, "words": "It starts at 11 now", "key": str(uuid.uuid4())}
    assert client.post(reverse("directory:wrong", args=[service.pk]), said).status_code == 302
    page = client_of(steward).get(reverse("directory:proposals")).content.decode()
    assert "Reports (1)" in page
    assert url(Proposal.objects.get()) in page


def test_wrong_verbs_are_refused(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    client, proposal = client_of(steward), edited(group)
    assert client.post(reverse("directory:proposals")).status_code == 405
    assert client.put(url(proposal)).status_code == 405
    assert client.get(reverse("directory:pass_on", args=[proposal.pk])).status_code == 405


# --- A group's edit --------------------------------------------------------------------------------------


def test_old_and_new_stand_side_by_side(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    page = client_of(steward).get(url(edited(group))).content.decode()
    for words in ("£2", "£3", "01632 960001", "01632 960002", "About the cost"):
        assert words in page
    assert len(re.findall(r"<input[^>]*checkbox[^>]*checked", page)) == 2


def test_all_of_it_is_put_in_and_the_group_is_told(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal = edited(group)
    client_of(steward).post(url(proposal), yes(proposal, "fees", "phone"))
    service = fresh(proposal)
    assert (service.fees, service.phone) == ("£3", "01632 960002")
    version = service.versions.first()
    assert version
    assert (version.written_by, version.what) == (steward, f"As Joan Whitcombe, {group.agency.name} asked")
    told = Message.objects.get()
    assert told.to == group.user.email
    assert "Now on Hereabouts: About the cost, Phone." in told.body
    assert "Not put in" not in told.body


def test_only_what_is_ticked_is_put_in(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal = edited(group)
    client_of(steward).post(url(proposal), yes(proposal, "phone", words="Please say who pays less"))
    assert (fresh(proposal).fees, fresh(proposal).phone) == ("£2", "01632 960002")
    told = Message.objects.get().body
    assert "Not put in: About the cost." in told
    assert "Please say who pays less" in told


def test_no_needs_words_and_they_reach_the_group(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal, client = edited(group), client_of(steward)
    no = {"decision": "no", "shown": "x", "words": ""}
    assert client.post(url(proposal), no).status_code == 422
    client.post(url(proposal), no | {"words": "This is an advertisement"})
    assert fresh(proposal).fees == "£2"
    assert "This is an advertisement" in Message.objects.get().body


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"decision": "yes"},
        {"decision": "yes", "chosen": ["agency"]},
        {"decision": "yes", "chosen": []},
        {"decision": "no", "words": "x" * 1001},
    ],
)
def test_bad_input_is_asked_again(
    steward: Membership, group: Membership, client_of: ClientOf, bad: dict[str, Any]
) -> None:
    proposal = edited(group)
    response = client_of(steward).post(url(proposal), {"shown": "x"} | bad)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert fresh(proposal).fees == "£2"


def test_who_has_left_is_told_through_the_group(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal = edited(group)
    group.ended_at = timezone.now()
    group.save()
    client_of(steward).post(url(proposal), yes(proposal, "fees"))
    assert Message.objects.get().to == group.agency.email


def test_a_draft_that_is_accepted_is_found(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    service = listed("Harbour walk", agency=group.agency, published_at=None)
    proposal = propose_edit(service, build_snapshot(service) | {"published": True}, Author.of(group))
    page = client_of(steward).get(url(proposal)).content.decode()
    assert "Listed for everybody" in page
    client_of(steward).post(url(proposal), yes(proposal, "published"))
    assert Spot.objects.filter(service=service).exists()
    assert fresh(proposal).assured_date == timezone.localdate()


# --- Meanwhile -------------------------------------------------------------------------------------------


def test_what_others_changed_meanwhile_is_kept(steward: Membership, group: Membership) -> None:
    """Only what the group changed itself is proposed: a steward's own mending is not undone."""
    proposal = edited(group)
    service = fresh(proposal)
    update_listing(
        service, build_snapshot(service) | {"description": "We walk slowly."}, by=Author.of(steward), what="Mended"
    )
    proposal.refresh_from_db()
    assert [(c.field, c.conflict) for c in list_edit_changes(proposal)] == [("fees", False), ("phone", False)]


def test_a_second_edit_into_the_one_that_waits_undoes_nothing_of_others(steward: Membership, group: Membership) -> None:
    """What waits holds the whole listing as it was: only what the group changed itself counts, also later on."""
    proposal = edited(group)
    service = fresh(proposal)
    update_listing(
        service, build_snapshot(service) | {"description": "We walk slowly."}, by=Author.of(steward), what="Mended"
    )
    again = propose_edit(fresh(proposal), proposal.data | {"url": "https://walk.example.org"}, Author.of(group))
    assert again.pk == proposal.pk
    again = Proposal.objects.select_related("service").get()
    assert [change.field for change in list_edit_changes(again)] == ["fees", "phone", "url"]


def test_a_group_that_the_steward_knows_now_waits_no_more(
    steward: Membership, group: Membership, client_of: ClientOf
) -> None:
    proposal = edited(group)
    client_of(steward).post(url(proposal), yes(proposal, "fees"))
    assert Agency.objects.get(pk=group.agency_id).verified_at is None
    proposal = edited(group)
    client_of(steward).post(url(proposal), yes(proposal, "fees", verify="on"))
    assert Agency.objects.get(pk=group.agency_id).verified_at


def test_where_both_changed_the_same_the_steward_sees_it(
    steward: Membership, group: Membership, client_of: ClientOf
) -> None:
    proposal = edited(group)
    service = fresh(proposal)
    update_listing(service, build_snapshot(service) | {"fees": "£2.50"}, by=Author.of(steward), what="Mended")
    page = client_of(steward).get(url(proposal)).content.decode()
    assert "Changed by others meanwhile" in page
    for words in ("£2<", "£2.50", "£3"):
        assert words in page
    assert len(re.findall(r"<input[^>]*checkbox[^>]*checked", page)) == 1  # the phone alone
    client_of(steward).post(url(proposal), yes(proposal, "fees", "phone"))
    assert fresh(proposal).fees == "£3"


def test_a_listing_that_changed_since_the_page_was_opened_is_shown_again(
    steward: Membership, group: Membership, client_of: ClientOf
) -> None:
    proposal = edited(group)
    posted = yes(proposal, "fees", words="Fine by us")
    service = fresh(proposal)
    update_listing(service, build_snapshot(service) | {"fees": "£2.50"}, by=Author.of(teammate(steward)), what="Mended")
    response = client_of(steward).post(url(proposal), posted)
    page = response.content.decode()
    assert response.status_code == 409
    assert "has changed since you opened this page" in page
    assert "Fine by us" in page
    assert fresh(proposal).fees == "£2.50"


def test_an_edit_that_is_there_already_says_so(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal = edited(group)
    service = fresh(proposal)
    update_listing(service, proposal.data, by=Author.of(steward), what="Mended")
    assert "Nothing left to change" in client_of(steward).get(url(proposal)).content.decode()


def test_pressed_twice_it_is_one_answer(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal, client = edited(group), client_of(steward)
    posted = yes(proposal, "fees", "phone")
    for _ in range(2):
        assert client.post(url(proposal), posted).status_code == 302
    assert Message.objects.count() == 1


def test_the_second_steward_is_told_who_was_first(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal, second = edited(group), teammate(steward)
    client_of(steward).post(url(proposal), yes(proposal, "fees"))
    response = client_of(second).post(url(proposal), {"decision": "no", "words": "Not so", "shown": "x"})
    page = response.content.decode()
    assert response.status_code == 409
    assert f"{steward.user.name} was first" in page
    assert "Not so" in page
    assert fresh(proposal).fees == "£3"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_decide_once(steward: Membership, group: Membership) -> None:
    import threading

    from django.db import connection

    from config.transitions import MoveRefused
    from directory.publishing.actions.proposals import accept_edit, decline_edit

    proposal, second, ends = edited(group), teammate(steward), []
    shown = yes(proposal)["shown"]

    def work(deed: Callable[[], object]) -> None:
        try:
            deed()
            ends.append("done")
        except MoveRefused:
            ends.append("late")
        finally:
            connection.close()

    deeds = [
        lambda: accept_edit(proposal=proposal, fields=["fees"], words="", shown=shown, by=steward),
        lambda: decline_edit(proposal=proposal, words="No", by=second),
    ]
    threads = [threading.Thread(target=work, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["done", "late"]
    assert Message.objects.count() == 1


# --- A reader's report -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("decision", "kept"), [("mended", "accepted"), ("right", "declined")])
def test_a_report_is_settled_and_nobody_is_written_to(
    steward: Membership, client_of: ClientOf, decision: str, kept: str
) -> None:
    proposal, client = reported(), client_of(steward)
    assert "It starts at 11 now" in client.get(url(proposal)).content.decode()
    for _ in range(2):
        assert client.post(url(proposal), {"decision": decision, "words": "Rang them"}).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by, proposal.decided_words) == (kept, steward, "Rang them")
    assert not Message.objects.exists()


def test_a_listing_that_no_longer_runs_is_closed_and_its_group_told(steward: Membership, client_of: ClientOf) -> None:
    proposal = reported()
    client_of(steward).post(url(proposal), {"decision": "close"})
    assert fresh(proposal).status == Status.DEFUNCT
    assert not Spot.objects.exists()
    told = Message.objects.get()
    assert (told.to, "has ended" in told.subject) == (proposal.service.agency.email, True)


def test_one_of_a_feed_is_hidden_since_the_feed_would_bring_it_back(steward: Membership, client_of: ClientOf) -> None:
    proposal = reported(source="feed")
    client_of(steward).post(url(proposal), {"decision": "close"})
    assert fresh(proposal).hidden_at
    assert fresh(proposal).status == Status.ACTIVE
    assert not Spot.objects.exists()


def test_a_report_is_sent_on_once_with_a_link_and_stays_open(steward: Membership, client_of: ClientOf) -> None:
    proposal, client = reported(), client_of(steward)
    for _ in range(2):
        client.post(reverse("directory:pass_on", args=[proposal.pk]))
    message = Message.objects.get()
    assert message.to == proposal.service.agency.email
    assert "It starts at 11 now" in message.body
    (address,) = re.findall(r"http://[^/]+(/still-right/\S+)", message.body)
    assert Client().get(address).status_code == 200
    proposal.refresh_from_db()
    assert proposal.is_open
    assert proposal.passed_on_at
    assert "Sent on" in client.get(reverse("directory:proposals")).content.decode()


def test_with_nobody_to_write_to_it_says_whom_to_ring(steward: Membership, client_of: ClientOf) -> None:
    proposal = reported(agency__email="", referral_email="")
    response = client_of(steward).post(reverse("directory:pass_on", args=[proposal.pk]), follow=True)
    assert "There is no address to write to" in response.content.decode()


def test_what_is_settled_is_not_sent_on(steward: Membership, client_of: ClientOf) -> None:
    proposal, client = reported(), client_of(steward)
    client.post(url(proposal), {"decision": "mended"})
    client.post(reverse("directory:pass_on", args=[proposal.pk]))
    assert not Message.objects.exists()


def test_an_edit_is_not_sent_on(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    assert client_of(steward).post(reverse("directory:pass_on", args=[edited(group).pk])).status_code == 404


def test_what_a_group_said_by_link_counts_as_checked_when_it_is_put_right(
    steward: Membership, client_of: ClientOf
) -> None:
    service = listed("Harbour walk", hidden_at=timezone.now(), asks=2)
    proposal = report_change(service, words="On Fridays", key=uuid.uuid4(), by=Author.by_link(service.agency))
    client_of(steward).post(url(proposal), {"decision": "mended"})
    assert fresh(proposal).assured_date == timezone.localdate()
    assert fresh(proposal).hidden_at is None
    assert "It has been put right" in Message.objects.get().body


@pytest.mark.parametrize("bad", [{}, {"decision": "x"}, {"decision": "right", "words": "x" * 1001}])
def test_bad_answers_to_a_report_are_asked_again(steward: Membership, client_of: ClientOf, bad: dict[str, str]) -> None:
    assert client_of(steward).post(url(reported()), {"x": "x"} | bad).status_code == 422


def test_the_second_to_answer_a_report_is_told(steward: Membership, client_of: ClientOf) -> None:
    proposal = reported()
    client_of(steward).post(url(proposal), {"decision": "right"})
    response = client_of(teammate(steward)).post(url(proposal), {"decision": "close"})
    assert response.status_code == 409
    assert fresh(proposal).status == Status.ACTIVE


# --- The group's share -----------------------------------------------------------------------------------


def own(proposal: Proposal) -> str:
    return reverse("directory:report", args=[proposal.pk])


def test_the_group_sees_reports_and_its_own_edits_and_nobody_elses(group: Membership, client_of: ClientOf) -> None:
    edit, mine, theirs = edited(group), reported(agency=group.agency), reported()
    for member in (group, teammate(group)):
        client = client_of(member)
        page = client.get(reverse("directory:reports")).content.decode()
        assert own(edit) in page
        assert own(mine) in page
        assert own(theirs) not in page
        assert client.get(own(mine)).status_code == client.get(own(edit)).status_code == 200
        assert client.get(own(theirs)).status_code == client.post(own(theirs), {"decision": "right"}).status_code == 404


def test_the_group_answers_a_report_and_so_has_checked_its_listing(group: Membership, client_of: ClientOf) -> None:
    proposal = reported(agency=group.agency, assured_date=None)
    response = client_of(group).post(own(proposal), {"decision": "mended", "words": "Changed to 11"})
    assert response["Location"] == reverse("directory:reports")
    proposal.refresh_from_db()
    assert (proposal.decision, proposal.decided_by) == ("accepted", group)
    assert fresh(proposal).assured_date == timezone.localdate()


def test_the_group_cannot_answer_its_own_edit(group: Membership, client_of: ClientOf) -> None:
    proposal = edited(group)
    assert client_of(group).post(own(proposal), {"decision": "mended"}).status_code == 404
    assert fresh(proposal).fees == "£2"


def test_the_group_reads_what_became_of_its_edit(steward: Membership, group: Membership, client_of: ClientOf) -> None:
    proposal = edited(group)
    assert "We look at it before others see it" in client_of(group).get(own(proposal)).content.decode()
    client_of(steward).post(url(proposal), {"decision": "no", "words": "Not a price", "shown": "x"})
    page = client_of(group).get(own(proposal)).content.decode()
    assert "Not a price" in page
    assert "£3" in page


def test_a_reader_of_the_group_is_refused(group: Membership, client_of: ClientOf) -> None:
    reader = MembershipFactory(agency=group.agency, role=Role.REFERRER)
    proposal = reported(agency=group.agency)
    assert client_of(reader).get(reverse("directory:reports")).status_code == 403
    assert client_of(reader).post(own(proposal), {"decision": "right"}).status_code == 403
    assert client_of(group).post(reverse("directory:reports")).status_code == 405


def test_the_group_is_told_when_the_steward_was_first(
    steward: Membership, group: Membership, client_of: ClientOf
) -> None:
    proposal = reported(agency=group.agency)
    client_of(steward).post(url(proposal), {"decision": "right"})
    response = client_of(group).post(own(proposal), {"decision": "mended"})
    assert response.status_code == 409
    assert f"{steward.user.name} was first" in response.content.decode()
