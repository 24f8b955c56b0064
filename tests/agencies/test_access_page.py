"""/about/access/: who may see what, for everybody, out of the live tables."""

import pytest

from agencies.access import LAYERS_OF_PURPOSE, PERMISSIONS, ROLES_OF_KIND, Layer, Permission, Purpose, Role

URL = "/about/access/"


def test_anybody_reads_every_permission_purpose_and_kind(client):
    page = client.get(URL)
    assert page.status_code == 200
    for permission in Permission:
        assert str(permission.label).replace("'", "&#x27;") in page.text
    assert [what for what, _ in page.context["purposes"]] == [purpose.label for purpose in Purpose]
    assert len(page.context["kinds"]) == len(ROLES_OF_KIND)


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_do_is_what_the_table_says(client, role):
    shown = {what for what, who in client.get(URL).context["permissions"] if dict(who)[role.label]}
    assert shown == {permission.label for permission in PERMISSIONS[role]}


def test_a_change_of_the_rules_is_a_change_of_the_page(client, monkeypatch):
    monkeypatch.setitem(LAYERS_OF_PURPOSE, Purpose.ADVICE, frozenset({Layer.MONEY}))
    monkeypatch.setitem(PERMISSIONS, Role.PROVIDER, frozenset())
    context = client.get(URL).context
    assert dict(dict(context["purposes"])[Purpose.ADVICE.label]) == {
        layer.label: layer == Layer.MONEY for layer in Layer if layer != Layer.UNSORTED
    }
    assert not any(dict(who)[Role.PROVIDER.label] for _, who in context["permissions"])


def test_the_foot_of_each_page_leads_there(client):
    assert f'href="{URL}"' in client.get("/").text


def test_wrong_verb(client):
    assert client.post(URL).status_code == 405
