"""The directory could be published whole: none of its rows is about a person who is helped."""

from django.apps import apps

from config.row_security import leave_open

leave_open("What there is, and who said so: published, or about to be", *apps.get_app_config("directory").get_models())
