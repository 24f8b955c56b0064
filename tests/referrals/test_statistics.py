"""How many were referred to a listing, by month, for its group's own figures."""

from django.utils import timezone

from directory.catalogue.statistics import load_monthly_counts
from tests.factories import OnwardReferralFactory, ServiceFactory


def test_referrals_count_in_the_month_they_were_sent() -> None:
    referral = OnwardReferralFactory()
    OnwardReferralFactory()
    month = timezone.localdate().replace(day=1)
    assert load_monthly_counts([referral.service_id], month) == {(referral.service_id, month): {"referrals": 1}}
    assert load_monthly_counts([ServiceFactory().pk], month) == {}
