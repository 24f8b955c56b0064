"""Letters about a referral: as it was sent, and at the end the answer to whoever referred.

Order of the answer after the PRSB Social Prescribing Information Standard v1.1, "message back to GP and referrer":
who it is about, the outcome first, then what was asked. A closed list of fields, so nothing typed is a template.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse

from agencies.models import Agency
from config.pdf import pdf
from referrals.models import Answer, Referral

# SNOMED CT UK edition: Referral to social prescribing service (procedure). Once, at the first contact of an episode.
REFERRAL_CODE = {"code": "871731000000106", "term": "Referral to social prescribing service"}


def letter(request: HttpRequest, referral: Referral) -> HttpResponse:
    """The letter as a PDF to download: the answer once there is one, before that the referral as it was sent.

    The name of the file is the reference: nothing personal is left in a list of downloads.
    """
    context = letter_context(referral)
    kind = "answer" if context["answer"] else "referral"
    return pdf(request, "pdf/letter.html", context, f"{kind}-{referral.reference}.pdf")


def letter_context(referral: Referral) -> dict[str, Any]:
    """Values for templates/pdf/letter.html: from whom, to whom, and what it says."""
    answer = answer_to(referral)
    sender, receiver = referral.from_agency, referral.to_agency
    writer, reader = (receiver, sender) if answer else (sender, receiver)
    return {
        "referral": referral,
        "answer": answer,
        "writer": writer,
        "reader": reader,
        "reader_lines": address_lines(reader),
        "writer_lines": address_lines(writer),
        "dated": answer.at if answer else referral.sent_at,
        "needs": [need.name for need in referral.needs.all()],
        "asked": referral.service.name if referral.service else receiver.name,
    }


def answer_to(referral: Referral) -> Answer | None:
    return Answer.objects.filter(referral=referral).first()


def address_lines(agency: Agency) -> list[str]:
    """An agency's address as on an envelope."""
    lines = [agency.name, *agency.address.splitlines(), agency.postcode]
    return [line.strip() for line in lines if line.strip()]
