"""The reasons a place starts with; from then on the list is its own."""

from django.db import migrations

TEAM = [
    ("out-of-area", "They live outside the area we cover",
     "This team works in another area. We have told whoever referred you, so that the right team can help."),
    ("other-team", "Another service already supports them with this",
     "Somebody is already helping you with this, so a second team would only get in the way."),
    ("needs-more", "They need more than a connector can offer, such as crisis or clinical care",
     "What you are going through needs somebody with more training than us. We have asked for that."),
    ("person-declined", "They do not want this support now",
     "You told us that this is not for you at the moment. You can ask again whenever you like."),
    ("no-answer", "We could not reach them after several tries",
     "We tried to reach you and did not manage to. Ring us whenever it suits you and we will pick it up."),
    ("unsafe", "We cannot meet them safely with what we know",
     "We could not find a way to meet that is safe for everybody. We have talked to whoever referred you."),
    ("not-for-us", "It is about something we do not do",
     "What you asked for is not something this team does. We have said who may be able to help."),
]
PROVIDER = [
    ("no-room", "We have no room and no waiting list",
     "The group is full and has no waiting list just now. We will look for something like it."),
    ("not-suitable", "What we offer does not fit what they need",
     "This group does not do quite what you need. We will look for one that does."),
    ("who-we-are-for", "They are outside the age or group we are for",
     "This group is for other people, so we will find one where you belong."),
    ("too-far", "They live too far away",
     "This group is too far from you. We will look for something nearer."),
    ("access", "We cannot meet their access or support needs",
     "The place is not set up in a way that would work well for you. We will find one that is."),
    ("not-running", "The activity is not running at the moment",
     "The activity is not running just now. We will look for something you can start sooner."),
    ("person-changed-mind", "They told us they do not want to come",
     "You told the group that it is not for you. That is fine, and you can try something else."),
]


def add_reasons(apps, schema_editor):
    DeclineReason = apps.get_model("referrals", "DeclineReason")
    for side, reasons in (("team", TEAM), ("provider", PROVIDER)):
        for order, (code, text, for_person) in enumerate(reasons, 1):
            DeclineReason.objects.get_or_create(
                code=code, defaults={"side": side, "text": text, "for_person": for_person, "order": order * 10}
            )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_append_only")]

    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
