"""Secret links: what the e-mail says, what the table keeps, how they end and are sent anew."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.actions.session import disable_account
from agencies.models import Agency, Author, Membership, Message
from config.http import hash_token
from referrals.actions import links, move_referral, send_link
from referrals.models import AnswerLink, Referral
from referrals.states import ReferralStatus, Side
from tests.factories import MembershipFactory, OnwardReferralFactory, ServiceFactory


def token_in(message: Message) -> str:
    return message.body.split("/answer/")[1].split("/")[0]


def sent_link(**fields: object) -> tuple[str, AnswerLink]:
    """A fresh link to a referral, and its token."""
    link = send_link(OnwardReferralFactory(**fields))
    return token_in(Message.objects.get(key=f"answer link {link.pk}")), link


def main(text: str) -> str:
    """What a page says, without the token of its forms, which is another one each time."""
    return text.split("<main")[1].split("</main>")[0]


def expired(link: AnswerLink) -> None:
    then = timezone.now() - timedelta(days=9)
    AnswerLink.objects.filter(pk=link.pk).update(created_at=then, expires_at=then + timedelta(days=8))


def test_the_email_names_the_activity_and_who_asks_but_nothing_of_the_person() -> None:
    referral = OnwardReferralFactory(service__name="Monday\nwalking group", risks="A dog", no_known_risks=False)

    link = send_link(referral)

    message = Message.objects.get()
    assert message.to == link.sent_to == referral.service.referral_email
    assert message.subject == f"Somebody is referred to Monday walking group ({referral.reference})"
    for told in (referral.from_agency.name, referral.from_agency.phone, referral.from_agency.email, "8 days"):
        assert told in message.body
    for kept in (referral.person_name, referral.phone, referral.message, referral.risks, referral.what_matters, "BN11"):
        assert kept not in message.body + message.subject


def test_the_token_is_long_random_and_kept_only_as_a_hash() -> None:
    token, link = sent_link()
    other, _ = sent_link()

    assert len(token) >= 43  # 256 bits in base 64
    assert token != other
    assert link.token_hash == hash_token(token)
    assert not [f.name for f in AnswerLink._meta.fields if token in str(getattr(link, f.attname))]
    assert timedelta(days=7, hours=23) < link.expires_at - timezone.now() <= timedelta(days=8)


def test_without_an_address_a_member_is_written_to_and_without_both_nobody() -> None:
    referral = OnwardReferralFactory(service__referral_email="", service__agency__email="")
    assert send_link(referral) is None

    member = MembershipFactory(agency=referral.to_agency, role="provider")
    assert send_link(referral).sent_to == member.user.email


def test_an_ended_link_says_so_shows_nothing_and_offers_a_new_one(client: Client) -> None:
    token, link = sent_link()
    expired(link)

    response = client.get(f"/answer/{token}/")

    assert response.status_code == 410
    assert "This link has ended" in response.text
    assert "Send me a new link" in response.text
    assert "Joan" not in response.text
    assert AnswerLink.objects.get(pk=link.pk).opened_at is None


def test_an_ended_link_answers_nothing(client: Client) -> None:
    token, link = sent_link()
    expired(link)

    response = client.post(f"/answer/{token}/", {"choice": "accepted", "seen": "1", "words": "We <love> to have her"})

    assert response.status_code == 410
    assert "We &lt;love&gt; to have her" in response.text  # nothing typed is lost
    assert Referral.objects.get(pk=link.referral_id).status == ReferralStatus.SENT


def test_a_new_link_goes_to_the_same_address_and_works(client: Client) -> None:
    token, link = sent_link()
    expired(link)

    response = client.post(f"/answer/{token}/new-link/", {"email": "somebody.else@thief.example.org"})

    fresh = AnswerLink.objects.exclude(pk=link.pk).get()
    message = Message.objects.get(key=f"answer link {fresh.pk}")
    assert response.status_code == 200
    assert message.to == link.sent_to
    assert client.get(f"/answer/{token_in(message)}/").status_code == 200


def test_asking_for_a_new_link_says_the_same_whether_the_link_is_known_or_not(client: Client) -> None:
    token, link = sent_link()
    expired(link)

    known = client.post(f"/answer/{token}/new-link/")
    unknown = client.post("/answer/never-was/new-link/")

    assert known.status_code == unknown.status_code == 200
    assert main(known.text) == main(unknown.text)


def test_new_links_are_few_a_day(client: Client) -> None:
    token, link = sent_link()
    expired(link)

    answers = {main(client.post(f"/answer/{token}/new-link/").text) for _ in range(9)}

    assert len(answers) == 1
    assert AnswerLink.objects.exclude(pk=link.pk).count() == links.MAX_NEW_LINKS_PER_DAY


def test_an_address_that_is_no_longer_the_services_gets_nothing(client: Client) -> None:
    token, link = sent_link()
    expired(link)
    link.referral.service.referral_email = "new.volunteer@group.example.org"
    link.referral.service.save()

    client.post(f"/answer/{token}/new-link/")

    assert AnswerLink.objects.count() == 1


def ended(member: Membership) -> None:
    member.ended_at = timezone.now()
    member.save()


@pytest.mark.parametrize("gone", ["membership", "account", "agency", "address"])
def test_a_link_dies_with_whoever_it_was_sent_to(client: Client, gone: str) -> None:
    member = MembershipFactory(role="provider")
    service = ServiceFactory(agency=member.agency, referral_email=member.user.email)
    token, link = sent_link(service=service)
    assert client.get(f"/answer/{token}/").status_code == 200
    if gone == "membership":
        ended(member)
    elif gone == "account":
        disable_account(user=member.user)
    elif gone == "agency":
        Agency.objects.filter(pk=member.agency_id).update(left_at=timezone.now())
    else:
        service.referral_email, service.agency.email = "new.volunteer@group.example.org", "new@group.example.org"
        service.save()
        service.agency.save()
        Membership.objects.filter(pk=member.pk).delete()

    for response in (
        client.get(f"/answer/{token}/"),
        client.post(f"/answer/{token}/", {"choice": "accepted", "seen": "1", "name": "Old volunteer"}),
    ):
        assert response.status_code == 410
        assert "no longer answers for this group" in response.text
        assert "Joan" not in response.text
        assert "new-link" not in response.text
    assert Referral.objects.get(pk=link.referral_id).status == ReferralStatus.SENT
    client.post(f"/answer/{token}/new-link/")
    assert AnswerLink.objects.count() == 1


def test_a_page_opened_before_somebody_left_answers_nothing_after(client: Client) -> None:
    member = MembershipFactory(role="provider")
    token, link = sent_link(service=ServiceFactory(agency=member.agency, referral_email=member.user.email))
    form = client.get(f"/answer/{token}/").context["form"]
    ended(member)
    posted = {"choice": "accepted", "seen": "1", "name": "Old", "key": str(form["key"].value())}
    response = client.post(f"/answer/{token}/", posted | {"words": "On Tuesdays"})
    assert (response.status_code, "On Tuesdays" in response.text) == (410, True)
    assert not link.referral.moves.filter(number__gt=1).exists()


def test_the_link_of_whoever_comes_back_works_again(client: Client) -> None:
    member = MembershipFactory(role="provider")
    token, _ = sent_link(service=ServiceFactory(agency=member.agency, referral_email=member.user.email.upper()))
    ended(member)
    assert client.get(f"/answer/{token}/").status_code == 410
    MembershipFactory(user=member.user, agency=member.agency, role="provider")
    assert client.get(f"/answer/{token}/").status_code == 200


def test_another_volunteers_link_lives_on_when_one_leaves(client: Client) -> None:
    service = ServiceFactory()
    leaver = MembershipFactory(agency=service.agency, role="provider")
    token, _ = sent_link(service=service)
    ended(leaver)
    assert client.get(f"/answer/{token}/").status_code == 200


def test_what_is_asked_next_goes_to_nobody_who_left() -> None:
    member = MembershipFactory(role="provider", agency__email="")
    service = ServiceFactory(agency=member.agency, referral_email=member.user.email)
    stays = MembershipFactory(agency=member.agency, role="provider")
    ended(member)
    _, link = sent_link(service=service)
    assert link.sent_to == stays.user.email
    ended(stays)
    assert send_link(OnwardReferralFactory(service=service)) is None


def test_there_is_no_new_link_once_the_referral_has_ended(client: Client) -> None:
    token, link = sent_link()
    expired(link)
    referral = link.referral
    move_referral(
        referral, ReferralStatus.WITHDRAWN, by=Author.of(referral.sent_by), side=Side.SENDER, words="Moved away"
    )

    client.post(f"/answer/{token}/new-link/")

    assert AnswerLink.objects.count() == 1


@pytest.mark.parametrize("token", ["x", "0" * 43, "a" * 5000, "%00", "../../etc", "אבג", "%F0%9F%8C%BC"])
def test_an_unknown_link_is_a_kind_404(client: Client, token: str) -> None:
    response = client.get(f"/answer/{token}/")

    assert response.status_code == 404
    if "/" not in token:
        assert "We do not know this link" in response.text


def test_23_asking_for_a_new_link_by_get_does_nothing(client: Client) -> None:
    token, link = sent_link()
    expired(link)

    assert client.get(f"/answer/{token}/new-link/").status_code == 405
    assert AnswerLink.objects.count() == 1


def test_a_new_link_needs_the_token_of_the_form() -> None:
    token, link = sent_link()
    expired(link)

    assert Client(enforce_csrf_checks=True).post(f"/answer/{token}/new-link/").status_code == 403
    assert AnswerLink.objects.count() == 1
