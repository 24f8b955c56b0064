"""How many were referred to a listing, by month, for its group's own figures."""

from django.utils import timezone

from directory.catalogue.statistics import read
from tests.factories import OnwardReferralFactory, ServiceFactory


def test_referrals_count_in_the_month_they_were_sent() -> None:
    referral = OnwardReferralFactory()
    OnwardReferralFactory()
    month = timezone.localdate().replace(day=1)
    assert read([referral.service_id], month) == {(referral.service_id, month): {"referrals": 1}}
    assert read([ServiceFactory().pk], month) == {}
