"""Moves, remarks and answers are never rewritten, whoever asks."""

from django.db import migrations

from config.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [
        *refuse_changes("referrals_move"),
        *refuse_changes("referrals_remark"),
        *refuse_changes("referrals_answer"),
    ]
