"""/steward/backups/: whether what is here would come back if the server were lost. Nothing of it is seen."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.backups import find_safety_problems, read_backup_state
from agencies.request import MemberRequest
from config.fragments import render_page

MAX_ROWS = 14  # of each list: two weeks of nights


@allow(Permission.STEWARD)
@require_safe
def backups(request: MemberRequest) -> HttpResponse:
    """The warnings first, then the last of each, then the last two weeks."""
    state = read_backup_state(request.member)
    context = {
        "state": state,
        "problems": list(find_safety_problems(request.member, state)),
        "backups": state.backups[:MAX_ROWS],
        "drills": state.drills[:MAX_ROWS],
    }
    return render_page(request, "agencies/backups.html", context)
