"""The open API: the directory in Open Referral UK 3.0, for any other system and without a key."""
