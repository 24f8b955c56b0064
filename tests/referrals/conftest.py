"""A referral of Ada Fern, and a connector of the team that it went to."""

import pytest

from agencies.access import Role
from agencies.models import Membership
from referrals.models import Referral
from tests.factories import MembershipFactory, ReferralFactory, team_of


@pytest.fixture
def priya(gp: Membership) -> Membership:
    """A connector of the team that the GP's practice refers to."""
    return MembershipFactory(role=Role.CONNECTOR, user__name="Priya Shah", agency=team_of(gp))


@pytest.fixture
def ada(gp: Membership, priya: Membership) -> Referral:
    return ReferralFactory(sent_by=gp, to_agency=priya.agency, person_name="Ada Fern")
