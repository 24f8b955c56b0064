"""What the agency that referred may add: more detail when it was asked for, or why it withdraws."""

from config.forms import Form, IdempotencyKey, TextField


class ResendForm(Form):
    button = "Send it again"
    words = TextField(
        label="What would you like to add?",
        help_text="The team reads this with the referral. What you sent before stays as it is.",
        max_length=1000,
        error_messages={"required": "Enter the detail that was asked for"},
    )
    key = IdempotencyKey()


class WithdrawForm(Form):
    button = "Withdraw this referral"
    words = TextField(
        label="Why are you withdrawing it?",
        rows=3,
        help_text="For example: moved away, or no longer wants support. Whoever received it reads this.",
        max_length=500,
        error_messages={"required": "Say why you are withdrawing it"},
    )
    key = IdempotencyKey()
