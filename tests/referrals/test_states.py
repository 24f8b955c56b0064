"""The table of moves, printed whole: a change to it is a change that a clinician reads."""

from referrals.states import (
    FHIR_TASK_STATUS,
    FINISHED_STATUSES,
    OPEN_STATUSES,
    TRANSITIONS,
    ReferralStatus,
    Side,
    next_statuses,
)

TABLE = """\
before    to            by        deed                        needs          FHIR Task
sent      accepted      receiver  accepted                                   requested → accepted
sent      waiting       receiver  put on the waiting list                    requested → on-hold
sent      returned      receiver  asked for more detail       words          requested → requested
sent      declined      receiver  declined                    reason         requested → rejected
sent      sent          receiver  passed to another team      words, ground  requested → requested
sent      withdrawn     sender    withdrawn                   words          requested → cancelled
returned  sent          sender    sent again with more detail words          requested → requested
returned  declined      receiver  declined                    reason         requested → rejected
returned  withdrawn     sender    withdrawn                   words          requested → cancelled
waiting   accepted      receiver  offered a place                            on-hold → accepted
waiting   started       receiver  started                                    on-hold → in-progress
waiting   declined      receiver  declined                    reason         on-hold → rejected
waiting   withdrawn     sender    withdrawn                   words          on-hold → cancelled
waiting   lost_contact  receiver  lost contact                               on-hold → failed
accepted  waiting       receiver  put on the waiting list                    accepted → on-hold
accepted  started       receiver  started                                    accepted → in-progress
accepted  completed     receiver  finished                                   accepted → completed
accepted  declined      receiver  declined                    reason         accepted → rejected
accepted  withdrawn     sender    withdrawn                   words          accepted → cancelled
accepted  lost_contact  receiver  lost contact                               accepted → failed
started   started       receiver  attended again                             in-progress → in-progress
started   completed     receiver  finished                                   in-progress → completed
started   withdrawn     sender    withdrawn                   words          in-progress → cancelled
started   lost_contact  receiver  lost contact                               in-progress → failed
"""


def row(before: ReferralStatus, to: ReferralStatus) -> str:
    rule = TRANSITIONS[before, to]
    task = f"{FHIR_TASK_STATUS[before]} → {FHIR_TASK_STATUS[to]}"
    return (
        f"{before.value:<10}{to.value:<14}{', '.join(rule.actors):<10}{rule.deed:<28}{', '.join(rule.needs):<15}{task}"
    )


def test_the_table_of_moves_is_the_one_that_was_reviewed() -> None:
    head = f"{'before':<10}{'to':<14}{'by':<10}{'deed':<28}{'needs':<15}FHIR Task"

    printed = "\n".join([head, *(row(before, to) for before, to in TRANSITIONS if before)]) + "\n"

    assert printed == TABLE


def test_nothing_leaves_a_finished_state() -> None:
    assert not [before for before, _ in TRANSITIONS if before in FINISHED_STATUSES]


def test_every_open_state_leads_somewhere_and_may_be_withdrawn() -> None:
    for status in OPEN_STATUSES:
        assert ReferralStatus.WITHDRAWN in next_statuses(status, Side.SENDER)
        assert next_statuses(status, Side.RECEIVER)


def test_every_state_has_a_fhir_task_status() -> None:
    assert set(FHIR_TASK_STATUS) == set(ReferralStatus)


def test_every_move_can_be_said_after_a_name() -> None:
    assert all(rule.did and not rule.did.startswith("was ") for rule in TRANSITIONS.values())
